/* What is wrong with one answer, in the server's words, shown beside its control on leaving it. */
(function (form) {
  "use strict";

  var SHOWN = 20;

  function shown(value) {
    var letters = Array.from(String(value).replace(/\n/g, " "));
    return letters.length > SHOWN ? letters.slice(0, SHOWN).join("") + "…" : letters.join("");
  }

  function isDay(text) {
    var parts = text.split("-").map(Number);
    var day = new Date(2000, parts[1] - 1, parts[2]);
    day.setFullYear(parts[0] || 2000, parts[1] - 1, parts[2]);
    return day.getMonth() === parts[1] - 1 && day.getDate() === parts[2];
  }

  function checkCharacter(body) {
    var alphabet = form.data.alphabet;
    var weight = 1;
    var total = 0;
    body.forEach(function (letter) {
      total += alphabet.indexOf(letter) * weight;
      weight = (weight * 3) % 31;
    });
    return alphabet[(31 - (total % 31)) % 31];
  }

  var FAULTS = {
    integer: function (node, value) {
      if (typeof value !== "number") return ["type", { value: shown(value) }];
      if (node.min !== undefined && value < node.min) return ["low", { value: shown(value) }];
      return node.max !== undefined && value > node.max ? ["high", { value: shown(value) }] : null;
    },
    decimal: function (node, value) {
      if (node.len && value.length > node.len) return ["long", {}];
      return new RegExp(node.pattern).test(value) ? null : ["format", { value: shown(value) }];
    },
    date: function (node, value) {
      if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value)) return ["format", { value: shown(value) }];
      if (!isDay(value)) return ["day", { value: value }];
      return !node.pattern || new RegExp(node.pattern).test(value) ? null : ["year", { year: value.slice(0, 4) }];
    },
    uscc: function (node, value) {
      var letters = Array.from(value);
      var off = 18 - letters.length;
      var foreign = letters.filter(function (letter) {
        return form.data.alphabet.indexOf(letter) < 0;
      });
      if (off) {
        return [(off > 0 ? "short" : "long") + (Math.abs(off) === 1 ? "1" : ""), { count: letters.length, off: Math.abs(off) }];
      }
      if (foreign.length) return ["foreign", { value: foreign[0] }];
      return letters[17] === checkCharacter(letters.slice(0, 17)) ? null : ["check", {}];
    },
    phone: function (node, value) {
      return new RegExp(form.data.phone).test(value) ? null : ["format", { value: shown(value) }];
    },
    attachments: function (node, value) {
      if (node.max !== undefined && value.length > node.max) return ["many", { count: value.length }];
      return node.min !== undefined && value.length < node.min ? ["few", { count: value.length }] : null;
    },
    email: function (node, value) {
      return new RegExp(form.data.email).test(value) ? null : ["format", { value: shown(value) }];
    }
  };

  function tooLong(node, value) {
    var count = typeof value === "string" ? Array.from(value).length : 0;
    return node.len && count > node.len ? ["long", { count: count }] : null;
  }

  function faultOf(wrapper, node, data) {
    var control = form.controls(wrapper)[0];
    if (control.validity && control.validity.badInput) return ["bad", {}];
    var value = form.valueIn(wrapper, node.k);
    if (node.k === "attachments" && form.hasOpenFiles(wrapper)) return null;
    if (value === undefined) return form.isMissing(wrapper, data) ? ["required", {}] : null;
    return (FAULTS[node.k] || tooLong)(node, value);
  }

  function textFor(fault, node, name, data) {
    var text = node.m[fault];
    if (typeof text !== "object") return text;
    var parts = form.split(name).slice(0, -1);
    var group = form.data.nodes[form.generic(name).replace(/\.[^.]*$/, "")];
    var lead = form.get(data, parts.concat(group.lead));
    return text[lead] === undefined ? text[""] : text[lead];
  }

  /* The message for the answer in a wrapper, "" when there is nothing to say. */
  form.messageFor = function (wrapper) {
    var name = form.nameOf(wrapper);
    var node = form.data.nodes[form.generic(name)];
    var data = form.read();
    var fault = faultOf(wrapper, node, data);
    if (!fault || node.m[fault[0]] === undefined) return "";
    var gaps = fault[1];
    var group = form.data.nodes[form.generic(name).replace(/\.[^.]*$/, "")];
    var row = /\[([0-9]+)\]/.exec(name);
    gaps.name = node.l;
    gaps.group = (group && group.l) || "";
    gaps.row = row ? Number(row[1]) + 1 : "";
    return form.fill(form.data.texts[textFor(fault[0], node, name, data)], gaps);
  };

  form.fill = function (text, gaps) {
    return text.replace(/\{([a-z]+)\}/g, function (whole, gap) {
      return gaps[gap] === undefined ? whole : gaps[gap];
    });
  };

  function describe(element, id, wrong) {
    var ids = (element.getAttribute("aria-describedby") || "").split(" ").filter(function (one) {
      return one && one !== id;
    });
    if (wrong) ids.push(id);
    if (ids.length) element.setAttribute("aria-describedby", ids.join(" "));
    else element.removeAttribute("aria-describedby");
  }

  function markInvalid(element, wrong) {
    if (wrong) element.setAttribute("aria-invalid", "true");
    else element.removeAttribute("aria-invalid");
  }

  function write(wrapper, id, message) {
    var error = document.createElement("span");
    var hidden = document.createElement("span");
    hidden.className = "vh";
    hidden.textContent = form.data.words.wrong;
    error.className = "err";
    error.id = id;
    error.appendChild(hidden);
    error.appendChild(document.createTextNode(message));
    var before = wrapper.firstElementChild;
    while (before && (/^(LABEL|LEGEND)$/.test(before.tagName) || before.className === "hint") && before.className !== "pick") {
      before = before.nextElementSibling;
    }
    wrapper.insertBefore(error, before);
  }

  /* Show a message in a wrapper, or take the one that is there away. */
  form.showMessage = function (wrapper, message) {
    var id = form.idOf(form.nameOf(wrapper)) + "-e";
    var old = document.getElementById(id);
    var box = wrapper.hasAttribute("data-lead") ? wrapper.parentNode : wrapper;
    if (old) old.parentNode.removeChild(old);
    if (message) write(wrapper, id, message);
    var own = document.getElementById(form.idOf(form.nameOf(box)) + "-e");
    box.classList.toggle("bad", Boolean(message || own));
    if (box.tagName === "FIELDSET") {
      describe(box, id, message);
      if (box.getAttribute("role") === "radiogroup") markInvalid(box, message);
    } else if (form.isField(wrapper)) {
      describe(form.controls(wrapper)[0], id, message);
      markInvalid(form.controls(wrapper)[0], message);
    }
  };

  /* Judge the answer in a wrapper now. What the server found stays until the answer changes. */
  form.check = function (wrapper) {
    if (form.isHidden(wrapper) || !form.isField(wrapper)) return;
    var judged = wrapper.getAttribute("data-judged");
    if (judged !== null && judged === form.answerText(wrapper)) return;
    wrapper.removeAttribute("data-judged");
    form.showMessage(wrapper, form.messageFor(wrapper));
  };

  form.answerText = function (wrapper) {
    return JSON.stringify(form.valueIn(wrapper, form.data.nodes[form.generic(form.nameOf(wrapper))].k) || "");
  };

  form.rememberJudged = function () {
    form.each(form.element.querySelectorAll(".bad[data-f], .bad > [data-lead]"), function (wrapper) {
      if (form.isField(wrapper)) wrapper.setAttribute("data-judged", form.answerText(wrapper));
    });
  };

  /* A message on a group is about answers together: it goes when one of them changes. */
  form.forgetGroupMessage = function (control) {
    for (var group = control.closest("[data-f]"); group; group = group.parentNode.closest("[data-f]")) {
      if (form.isField(group) || !document.getElementById(form.idOf(form.nameOf(group)) + "-e")) continue;
      form.showMessage(group, "");
      form.each(group.querySelectorAll(".pair [aria-invalid]"), function (one) {
        markInvalid(one, false);
        describe(one, form.idOf(form.nameOf(group)) + "-e", false);
      });
    }
  };
})((window.qingdanForm = window.qingdanForm || {}));
