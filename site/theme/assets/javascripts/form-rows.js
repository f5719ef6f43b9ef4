/* Adds and removes repeated rows without a round trip, from the blank row that the page carries. */
(function (form) {
  "use strict";

  function renamed(row, from, to) {
    var names = [[from.name, to.name], [from.id, to.id], [from.words, to.words], [from.button, to.button]];
    var elements = [row].concat(Array.from(row.querySelectorAll("*")));
    elements.forEach(function (element) {
      form.each(element.attributes, function (attribute) {
        names.forEach(function (pair) {
          if (attribute.name !== "value" || element.tagName === "BUTTON") {
            attribute.value = attribute.value.split(pair[0]).join(pair[1]);
          }
        });
      });
    });
    form.each(row.querySelectorAll("legend, button, .err"), function (element) {
      form.each(element.childNodes, function (text) {
        if (text.nodeType === 3) text.data = text.data.split(from.words).join(to.words);
      });
    });
    return row;
  }

  function place(list, index) {
    var name = list.getAttribute("data-f");
    var item = list.getAttribute("data-item");
    return {
      name: name + "[" + index + "]",
      id: form.idOf(name) + "-" + index,
      button: name + ":" + index,
      words: item + " " + (index === "*" ? "*" : index + 1)
    };
  }

  function rowsOf(list) {
    return Array.from(list.children).filter(function (child) {
      return child.hasAttribute("data-row");
    });
  }

  function addButton(list) {
    return document.getElementById(form.idOf(list.getAttribute("data-f")));
  }

  function refresh(list) {
    var words = form.data.words;
    var count = rowsOf(list).length;
    var gaps = { item: list.getAttribute("data-item"), count: list.getAttribute("data-max") };
    var full = count >= Number(list.getAttribute("data-max"));
    addButton(list).disabled = full;
    addButton(list).textContent = form.fill(full ? words.full : count ? words.again : words.first, gaps);
  }

  form.addRow = function (list) {
    var blank = list.querySelector("template");
    var row = blank.content.firstElementChild.cloneNode(true);
    var added = renamed(row, place(list, "*"), place(list, rowsOf(list).length));
    list.insertBefore(added, blank);
    form.showMessage(list, "");
    refresh(list);
    return added;
  };

  form.removeRow = function (list, index) {
    var rows = rowsOf(list);
    list.removeChild(rows[index]);
    rows.slice(index + 1).forEach(function (row, step) {
      renamed(row, place(list, index + step + 1), place(list, index + step));
    });
    refresh(list);
    return rows[index + 1] || null;
  };

  function press(event) {
    var button = event.target.closest("button[name=action]");
    var words = button ? button.value.split(":") : [];
    if (words[0] !== "add" && words[0] !== "remove") return;
    var list = button.closest("[data-item]");
    if (!list) return;
    event.preventDefault();
    var row = words[0] === "add" ? form.addRow(list) : form.removeRow(list, Number(words[2]));
    form.changed();
    (row ? form.controls(row)[0] : addButton(list)).focus();
  }

  form.startRows = function () {
    form.element.addEventListener("click", press);
  };

  form.lists = function () {
    return form.element.querySelectorAll("[data-item]");
  };

  form.rowCount = function (list) {
    return rowsOf(list).length;
  };
})((window.qingdanForm = window.qingdanForm || {}));
