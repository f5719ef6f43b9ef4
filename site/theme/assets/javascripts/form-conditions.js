/* Which questions apply and which must be answered, from the conditions that the page carries; shows and hides. */
(function (form) {
  "use strict";

  function isObject(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value);
  }

  function isNumber(value) {
    return typeof value === "number";
  }

  function isType(type, value) {
    if (type === "object") return isObject(value);
    if (type === "array") return Array.isArray(value);
    if (type === "integer") return isNumber(value) && Math.floor(value) === value;
    return typeof value === type;
  }

  function all(tests, value) {
    return tests.every(function (test) {
      return form.holds(test, value);
    });
  }

  var WORDS = {
    type: isType,
    "const": function (wanted, value) {
      return wanted === value;
    },
    "enum": function (wanted, value) {
      return wanted.indexOf(value) >= 0;
    },
    required: function (wanted, value) {
      return !isObject(value) || wanted.every(function (key) {
        return value[key] !== undefined;
      });
    },
    properties: function (wanted, value) {
      return !isObject(value) || Object.keys(wanted).every(function (key) {
        return value[key] === undefined || form.holds(wanted[key], value[key]);
      });
    },
    contains: function (wanted, value) {
      return !Array.isArray(value) || value.some(function (item) {
        return form.holds(wanted, item);
      });
    },
    not: function (wanted, value) {
      return !form.holds(wanted, value);
    },
    allOf: all,
    anyOf: function (tests, value) {
      return tests.some(function (test) {
        return form.holds(test, value);
      });
    },
    minimum: function (wanted, value) {
      return !isNumber(value) || value >= wanted;
    },
    maximum: function (wanted, value) {
      return !isNumber(value) || value <= wanted;
    },
    minItems: function (wanted, value) {
      return !Array.isArray(value) || value.length >= wanted;
    },
    maxItems: function (wanted, value) {
      return !Array.isArray(value) || value.length <= wanted;
    }
  };

  /* Whether a value fulfils a test of the few words of JSON Schema that conditions use. */
  form.holds = function (test, value) {
    if (typeof test === "boolean") return test;
    return Object.keys(test).every(function (word) {
      return !WORDS[word] || WORDS[word](test[word], value);
    });
  };

  function fulfilled(condition, name, data) {
    var length = condition.scope ? form.split(condition.scope).length : 0;
    var depth = (condition.scope.match(/\[\*\]/g) || []).length;
    var value = form.get(data, form.split(name).slice(0, length + depth));
    return form.holds(condition.test, value === undefined ? {} : value) === condition.holds;
  }

  function conditionsOf(name, effect) {
    var target = form.generic(name);
    return form.data.conditions.filter(function (condition) {
      return condition.target === target && condition.effect === effect;
    });
  }

  form.applies = function (name, data) {
    return conditionsOf(name, "applies").every(function (condition) {
      return fulfilled(condition, name, data);
    });
  };

  /* Whether this must be answered now, as far as it alone goes: the group around it may be left out altogether. */
  form.isRequired = function (name, data) {
    var node = form.data.nodes[form.generic(name)];
    return node.n === 2 || conditionsOf(name, "required").some(function (condition) {
      return fulfilled(condition, name, data);
    });
  };

  /* Whether an empty answer here is a mistake: every group around it is demanded, or has an answer in it. */
  form.isMissing = function (wrapper, data) {
    var name = form.nameOf(wrapper);
    if (!form.isRequired(name, data)) return false;
    for (var around = wrapper.parentNode.closest("[data-f]"); around; around = around.parentNode.closest("[data-f]")) {
      var outer = form.nameOf(around);
      var held = form.get(data, form.split(outer));
      if (form.data.nodes[form.generic(outer)].k !== "group") continue;
      if (!form.isRequired(outer, data) && !Object.keys(held || {}).length) return false;
    }
    return true;
  };

  /* What a group's first choice may call for is out of the way until it does, or until something is typed in it. */
  function isIdle(wrapper, data) {
    var node = form.data.nodes[form.generic(form.nameOf(wrapper))];
    var led = Array.from(wrapper.parentNode.children).some(function (sibling) {
      return sibling.hasAttribute("data-lead");
    });
    if (!led || node.n !== 1) return false;
    return form.valueIn(wrapper, node.k) === undefined && !form.isRequired(form.nameOf(wrapper), data);
  }

  function showOnlyWhatApplies() {
    var changed = false;
    var data = form.read();
    form.each(form.element.querySelectorAll("[data-f], [data-section]"), function (wrapper) {
      var applies = form.applies(form.nameOf(wrapper), data) && !isIdle(wrapper, data);
      if (wrapper.hidden === applies) {
        wrapper.hidden = !applies;
        changed = true;
      }
    });
    return changed;
  }

  function markWhatIsRequired() {
    var data = form.read();
    form.each(form.element.querySelectorAll("[data-depends]"), function (mark) {
      mark.textContent = form.data.words.optional;
      mark.hidden = form.isRequired(form.nameOf(mark.closest("[data-f]")), data);
    });
  }

  /* Show what applies to the answers, and keep the rest from being sent; an answer may decide over another. */
  form.applyConditions = function () {
    for (var round = 0; round < 5 && showOnlyWhatApplies(); round += 1);
    form.each(form.controls(form.element), function (control) {
      control.disabled = form.isHidden(control);
    });
    form.each(form.element.querySelectorAll("[data-row] > input[type=hidden], .files input[type=hidden]"), function (marker) {
      marker.disabled = form.isHidden(marker);
    });
    markWhatIsRequired();
  };
})((window.qingdanForm = window.qingdanForm || {}));
