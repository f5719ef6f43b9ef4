/* Finds the exact words in the list: every phrase that stands in it is found, nothing is guessed.
   Without this script the page is the index of everything, and the search box of the home page still leads to it. */
(function () {
  "use strict";
  var LIMIT = 200;
  var AROUND = 36;
  var script = document.currentScript;

  /* Full-width letters and digits, capitals and spaces make no difference to what is meant. */
  function plain(text) {
    return text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");
  }

  /* The plain text, and for each of its characters where it stands in the original. */
  function mapped(text) {
    var out = "";
    var at = [];
    Array.from(text).reduce(function (offset, letter) {
      var p = plain(letter);
      for (var i = 0; i < p.length; i += 1) { at.push(offset); }
      out += p;
      return offset + letter.length;
    }, 0);
    at.push(text.length);
    return { text: out, at: at };
  }

  function words(query) {
    return query.trim().split(/\s+/).map(plain).filter(Boolean);
  }

  function score(entry, terms) {
    var head = plain(entry.address + entry.title);
    var body = plain(entry.text);
    var whole = head + " " + body;
    if (!terms.every(function (term) { return whole.indexOf(term) >= 0; })) { return -1; }
    return terms.filter(function (term) { return head.indexOf(term) >= 0; }).length;
  }

  function search(index, query) {
    var terms = words(query);
    if (!terms.length) { return []; }
    return index
      .map(function (entry, place) { return { entry: entry, place: place, score: score(entry, terms) }; })
      .filter(function (hit) { return hit.score >= 0; })
      .sort(function (a, b) { return b.score - a.score || a.place - b.place; })
      .map(function (hit) { return hit.entry; });
  }

  function spans(text, terms) {
    var map = mapped(text);
    var found = [];
    terms.forEach(function (term) {
      for (var from = map.text.indexOf(term); from >= 0; from = map.text.indexOf(term, from + term.length)) {
        found.push([map.at[from], map.at[from + term.length - 1] + 1]);
      }
    });
    return found.sort(function (a, b) { return a[0] - b[0]; });
  }

  /* Text nodes and <mark>: nothing of the index is ever read as markup. */
  function marked(parent, text, terms) {
    var end = 0;
    spans(text, terms).forEach(function (span) {
      if (span[0] < end) { return; }
      parent.appendChild(document.createTextNode(text.slice(end, span[0])));
      var mark = document.createElement("mark");
      mark.textContent = text.slice(span[0], span[1]);
      parent.appendChild(mark);
      end = span[1];
    });
    parent.appendChild(document.createTextNode(text.slice(end)));
    return parent;
  }

  function excerpt(text, terms) {
    var first = spans(text, terms)[0];
    var start = first ? Math.max(0, first[0] - AROUND) : 0;
    var cut = text.slice(start, start + 4 * AROUND);
    return (start > 0 ? "…" : "") + cut + (start + cut.length < text.length ? "…" : "");
  }

  function item(entry, terms, root) {
    var li = document.createElement("li");
    var link = document.createElement("a");
    var p = document.createElement("p");
    link.href = root + entry.url;
    marked(link, (entry.address ? entry.address + " " : "") + entry.title, terms);
    marked(p, excerpt(entry.text, terms), terms);
    li.appendChild(link);
    li.appendChild(p);
    return li;
  }

  function sentence(query, count) {
    if (!count) { return "没有找到“" + query + "”。换一个短些的词，或者从下面的索引里找"; }
    return "找到 " + count + " 处“" + query + "”" + (count > LIMIT ? "，先列出前 " + LIMIT + " 处" : "");
  }

  function place(form) {
    var count = document.createElement("p");
    var list = document.createElement("ol");
    count.className = "count";
    count.setAttribute("aria-live", "polite");
    list.className = "hits";
    form.insertAdjacentElement("afterend", count);
    count.insertAdjacentElement("afterend", list);
    return { count: count, list: list };
  }

  function start(index) {
    var form = document.querySelector("form.find");
    var input = form.querySelector("input[name=q]");
    var shown = place(form);
    var root = script.getAttribute("data-root");

    function run(query) {
      var hits = search(index, query);
      shown.list.textContent = "";
      shown.count.textContent = query.trim() ? sentence(query.trim(), hits.length) : "";
      hits.slice(0, LIMIT).forEach(function (hit) { shown.list.appendChild(item(hit, words(query), root)); });
    }

    form.addEventListener("submit", function (event) {
      event.preventDefault();
      window.history.replaceState(null, "", "?q=" + encodeURIComponent(input.value));
      run(input.value);
    });
    input.value = new URLSearchParams(window.location.search).get("q") || "";
    run(input.value);
  }

  function fail() {
    var form = document.querySelector("form.find");
    if (form) { place(form).count.textContent = "查找用的索引没有载入。请刷新页面，或者从下面的索引里找"; }
  }

  document.addEventListener("DOMContentLoaded", function () {
    fetch(script.getAttribute("data-index"))
      .then(function (answer) { if (!answer.ok) { throw new Error(answer.status); } return answer.json(); })
      .then(start)
      .catch(fail);
  });
})();
