/* What is typed in a form, as the data that the server will read from it; shows nothing. */
(function (form) {
  "use strict";

  var GROUPED = /^-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$/;
  var DATE = /^([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?$/;

  /* What comes unseen with what is pasted. */
  var UNSEEN = /[\u00ad\u200b\u2028-\u202e\u2060-\u206f\ufeff]/g;

  function ungrouped(text) {
    return GROUPED.test(text) ? text.replace(/,/g, "") : text;
  }

  function twoDigits(text) {
    return text.length < 2 ? "0" + text : text;
  }

  var PLAIN = {
    integer: function (text, typed) {
      var number = ungrouped(text);
      return /^-?[0-9]{1,15}$/.test(number) ? parseInt(number, 10) : typed;
    },
    decimal: ungrouped,
    date: function (text, typed) {
      var found = DATE.exec(text.replace(/ /g, ""));
      return found ? found[1] + "-" + twoDigits(found[2]) + "-" + twoDigits(found[3]) : typed;
    },
    uscc: function (text) {
      return text.replace(/[\s-]/g, "").toUpperCase();
    },
    email: function (text) {
      return text;
    },
    phone: function (text) {
      return text.replace(/[‐‑‒–—−]/g, "-").replace(/\s+/g, " ");
    }
  };

  /* One answer as the server will understand it, undefined when nothing was typed. */
  form.plain = function (kind, typed) {
    var text = typed.replace(/\r\n?/g, "\n").replace(UNSEEN, "").trim();
    if (!text) return undefined;
    return PLAIN[kind] ? PLAIN[kind](text.normalize ? text.normalize("NFKC").trim() : text, text) : text;
  };

  form.each = function (list, act) {
    Array.prototype.forEach.call(list, act);
  };

  form.generic = function (name) {
    return name.replace(/\[[0-9]+\]/g, "[*]");
  };

  form.idOf = function (name) {
    return form.split(name).join("-");
  };

  /* "databases.databases[0].name" as ["databases", "databases", 0, "name"]. */
  form.split = function (name) {
    return name.replace(/\[([0-9]+)\]/g, ".$1").split(".").map(function (part) {
      return /^[0-9]+$/.test(part) ? parseInt(part, 10) : part;
    });
  };

  form.nameOf = function (wrapper) {
    return wrapper.getAttribute("data-f") || wrapper.getAttribute("data-row") || wrapper.getAttribute("data-section");
  };

  form.get = function (data, parts) {
    return parts.reduce(function (held, part) {
      return held === undefined || held === null ? undefined : held[part];
    }, data);
  };

  function put(data, parts, value) {
    parts.forEach(function (part, place) {
      if (place === parts.length - 1) {
        if (value !== undefined) data[part] = value;
        return;
      }
      if (data[part] === undefined) data[part] = typeof parts[place + 1] === "number" ? [] : {};
      data = data[part];
    });
  }

  form.controls = function (wrapper) {
    return wrapper.querySelectorAll("input:not([type=hidden]), select, textarea");
  };

  /* The answer in one field's wrapper. */
  form.valueIn = function (wrapper, kind) {
    var controls = form.controls(wrapper);
    var chosen = [];
    if (kind === "attachments") return form.filesIn(wrapper);
    form.each(controls, function (control) {
      if (control.checked) chosen.push(control.value);
    });
    if (kind === "boolean") return chosen.length ? true : undefined;
    if (kind === "choices") return chosen.length ? chosen : undefined;
    if (kind === "choice" && controls[0].tagName !== "SELECT") return chosen[0];
    return form.plain(kind, controls[0].value);
  };

  form.isHidden = function (element) {
    return Boolean(element.closest("[hidden]"));
  };

  form.isField = function (wrapper) {
    var node = form.data.nodes[form.generic(form.nameOf(wrapper))];
    return Boolean(node) && node.k !== "group" && node.k !== "rows";
  };

  /* Everything that would be sent now: answers that are hidden are not. */
  form.read = function () {
    var data = {};
    form.each(form.element.querySelectorAll("[data-row]"), function (row) {
      if (!form.isHidden(row)) put(data, form.split(form.nameOf(row)), {});
    });
    form.each(form.element.querySelectorAll("[data-f]"), function (wrapper) {
      var name = form.nameOf(wrapper);
      if (form.isField(wrapper) && !form.isHidden(wrapper)) {
        put(data, form.split(name), form.valueIn(wrapper, form.data.nodes[form.generic(name)].k));
      }
    });
    return data;
  };
})((window.qingdanForm = window.qingdanForm || {}));
