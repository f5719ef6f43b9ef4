/* Keeps the list of sections true: what is missing, what is filled in, what is to mend, which one is being filled in. */
(function (form) {
  "use strict";

  function isAnswered(node, value) {
    return value !== undefined && (!node["true"] || value === true);
  }

  function count(section, data) {
    var found = { missing: 0, given: 0, wrong: 0 };
    form.each(section.querySelectorAll("[data-f]"), function (wrapper) {
      var name = form.nameOf(wrapper);
      var node = form.data.nodes[form.generic(name)];
      if (form.isHidden(wrapper)) return;
      if (node.k === "rows") {
        if (form.isRequired(name, data) && !form.rowCount(wrapper)) found.missing += 1;
        return;
      }
      if (node.k === "group") return;
      if (isAnswered(node, form.valueIn(wrapper, node.k))) found.given += 1;
      else if (form.isMissing(wrapper, data)) found.missing += 1;
    });
    form.each(section.querySelectorAll(".err"), function (error) {
      if (!form.isHidden(error)) found.wrong += 1;
    });
    return found;
  }

  function stateOf(part) {
    var words = form.data.words;
    if (part.wrong) return ["st--over", form.fill(words.mend, { count: part.wrong })];
    if (part.missing) return ["st--open", part.given ? form.fill(words.missing, { count: part.missing }) : words.empty];
    return part.given ? ["st--ok", words.filled] : ["st--open", words.skippable];
  }

  function sentence(parts, wrong) {
    var words = form.data.words;
    var done = parts.filter(function (part) {
      return !part.missing && !part.wrong && part.given;
    }).length;
    var complete = parts.every(function (part) {
      return !part.missing && !part.wrong;
    });
    var text = complete ? words.all_done : done ? words.some_done : words.all_open;
    var gaps = { all: form.data.parts[parts.length], done: form.data.parts[done] };
    return form.fill(text, gaps) + (wrong ? form.fill(words.to_mend, { count: wrong }) : "");
  }

  function write(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  form.showProgress = function () {
    var nav = document.querySelector(".prog");
    if (!nav) return;
    var data = form.read();
    var parts = [];
    form.each(nav.querySelectorAll("[data-part]"), function (entry) {
      var section = document.getElementById(entry.getAttribute("data-part"));
      var part = count(section, data);
      var state = stateOf(part);
      var mark = entry.querySelector(".st");
      parts.push(part);
      entry.hidden = section.hidden;
      mark.className = "st " + state[0];
      write(mark, state[1]);
    });
    var wrong = Array.from(form.element.querySelectorAll(".err")).filter(function (error) {
      return !form.isHidden(error);
    }).length;
    write(nav.querySelector("p"), sentence(parts, wrong));
  };

  function showWhere(event) {
    var section = event.target.closest("[data-section]");
    form.each(document.querySelectorAll(".prog [data-part]"), function (entry) {
      var here = Boolean(section) && entry.getAttribute("data-part") === section.getAttribute("data-section");
      entry.classList.toggle("now", here);
      if (here) entry.querySelector("a").setAttribute("aria-current", "step");
      else entry.querySelector("a").removeAttribute("aria-current");
    });
  }

  form.startProgress = function () {
    form.element.addEventListener("focusin", showWhere);
  };
})((window.qingdanForm = window.qingdanForm || {}));
