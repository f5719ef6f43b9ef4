/* Keeps what is typed in this browser until it is filed, and as a file that can be carried to another one. */
(function (form) {
  "use strict";

  var PREFIX = "qingdan:draft:";
  var KIND = "qingdan-draft";
  var MOST_SHOWN = 5;
  var LONGEST_SHOWN = 20;

  function store(act) {
    try {
      return act(window.localStorage);
    } catch (refused) {
      return null; /* a browser that keeps nothing: the form works all the same */
    }
  }

  function keysOf(id) {
    return store(function (kept) {
      return Object.keys(kept).filter(function (key) {
        return key.indexOf(PREFIX + id + ":") === 0;
      });
    }) || [];
  }

  /* Forget every draft of a form: it has been filed. */
  form.forgetDrafts = function (id) {
    keysOf(id).forEach(function (key) {
      store(function (kept) {
        kept.removeItem(key);
      });
    });
  };

  function key() {
    return PREFIX + form.data.form + ":" + form.data.digest;
  }

  function pairs() {
    var found = [];
    form.each(form.element.querySelectorAll("[data-row] > input[type=hidden]"), function (marker) {
      found.push([marker.name, ""]);
    });
    form.each(form.controls(form.element), function (control) {
      var ticked = control.type === "checkbox" || control.type === "radio";
      if (control.type === "file") return;
      if (control.name !== "contest" && (ticked ? control.checked : control.value)) found.push([control.name, control.value]);
    });
    return found.concat(form.filePairs());
  }

  function draft() {
    return {
      kind: KIND, form: form.data.form, title: form.data.title, digest: form.data.digest,
      saved: new Date().toISOString(), values: pairs()
    };
  }

  form.keepDraft = function () {
    if (form.element.hasAttribute("data-unkept")) return; /* a correction is no draft of a new filing */
    var text = JSON.stringify(draft());
    store(function (kept) {
      kept.setItem(key(), text);
    });
  };

  function readAt(place) {
    var text = store(function (kept) {
      return kept.getItem(place);
    });
    try {
      return text ? JSON.parse(text) : null;
    } catch (broken) {
      return null;
    }
  }

  /* The draft of this form, else the latest that was begun before the form was changed. */
  function readKept() {
    return readAt(key()) || keysOf(form.data.form).map(readAt).filter(Boolean).sort(function (one, other) {
      return String(one.saved) < String(other.saved) ? 1 : -1;
    })[0];
  }

  function empty() {
    form.each(form.lists(), function (list) {
      for (var count = form.rowCount(list); count > 0; count -= 1) form.removeRow(list, count - 1);
    });
    form.each(form.controls(form.element), function (control) {
      if (control.type === "checkbox" || control.type === "radio") control.checked = false;
      else control.value = "";
    });
    form.emptyFiles();
    form.each(form.element.querySelectorAll("[data-f]"), function (wrapper) {
      form.showMessage(wrapper, "");
    });
  }

  function makeRows(values) {
    form.each(form.lists(), function (list) {
      var start = list.getAttribute("data-f") + "[";
      var most = values.reduce(function (count, pair) {
        return pair[0].indexOf(start) === 0 ? Math.max(count, parseInt(pair[0].slice(start.length), 10) + 1) : count;
      }, 0);
      while (form.rowCount(list) < Math.min(most, Number(list.getAttribute("data-max")))) form.addRow(list);
    });
  }

  /* Put the answers into their controls; those that no control takes: the form asked otherwise when they were typed. */
  function fillInControls(typed) {
    var taken = Object.create(null);
    form.each(form.controls(form.element), function (control) {
      var found = typed[control.name];
      if (!found || control.type === "file") return;
      if (control.type === "checkbox" || control.type === "radio") control.checked = found.indexOf(control.value) >= 0;
      else control.value = found[0];
      if (control.checked || found[0] === control.value) taken[control.name + "=" + control.value] = true;
    });
    return Object.keys(typed).reduce(function (left, name) {
      var node = form.data.nodes[form.generic(name)];
      if (name === "voucher" || (node && node.k === "attachments")) return left;
      return left.concat(typed[name].filter(function (value) { return value && !taken[name + "=" + value]; }));
    }, []);
  }

  function inWords(left) {
    var some = left.slice(0, MOST_SHOWN).map(function (value) {
      return "“" + (value.length > LONGEST_SHOWN ? value.slice(0, LONGEST_SHOWN) + "…" : value) + "”";
    });
    return "有 " + left.length + " 个答案在这张表里没有地方放，没有填进来：" + some.join("、") + (left.length > some.length ? "等" : "") + "。";
  }

  /* Fill in what a draft holds; the words for what it cannot bring back. */
  function fillIn(values) {
    empty();
    makeRows(values);
    var typed = Object.create(null);
    values.forEach(function (pair) {
      (typed[pair[0]] = typed[pair[0]] || []).push(pair[1].replace(/\r\n?/g, "\n"));
    });
    var left = fillInControls(typed);
    var stale = form.fillInFiles(typed);
    form.changed();
    return (left.length ? inWords(left) : "") +
      (stale.length ? stale.join("、") + "上传以后过了 24 小时，请再选一次，重新上传。" : "");
  }

  function when(saved) {
    var at = new Date(saved);
    if (isNaN(at)) return "";
    var minutes = ("0" + at.getMinutes()).slice(-2);
    return at.getFullYear() + " 年 " + (at.getMonth() + 1) + " 月 " + at.getDate() + " 日 " + at.getHours() + ":" + minutes;
  }

  function button(words, act) {
    var made = document.createElement("button");
    made.type = "button";
    made.className = "btn btn--second btn--small";
    made.textContent = words;
    made.addEventListener("click", act);
    return made;
  }

  /* Say something above the form; one thing at a time. */
  function tell(kind, heading, words, more) {
    var old = document.getElementById("draft-note");
    var note = document.createElement("div");
    var bold = document.createElement("b");
    var text = document.createElement("p");
    note.id = "draft-note";
    note.className = kind ? "say say--" + kind : "say";
    note.setAttribute("role", kind === "stop" ? "alert" : "status");
    note.tabIndex = -1;
    bold.textContent = heading;
    text.textContent = words;
    note.appendChild(bold);
    note.appendChild(text);
    if (more) note.appendChild(more);
    if (old) old.parentNode.removeChild(old);
    var columns = form.element.parentNode;
    columns.parentNode.insertBefore(note, columns);
    return note;
  }

  function undoing(last, words) {
    return button("撤销", function () {
      fillIn(last);
      form.keepDraft();
      tell("done", "已撤销", words).focus();
    });
  }

  function clear() {
    var last = pairs();
    empty();
    form.changed();
    form.forgetDrafts(form.data.form);
    tell("", "草稿已清除", "表里填的内容也清空了。", undoing(last, "清除的内容又填回来了。")).focus();
  }

  function filledIn(kept, where, lost) {
    var words = (when(kept.saved) || "上次") + " 保存" + where + "。请核对后接着填。";
    return words + (kept.digest === form.data.digest ? "" : "这张表后来更新过，新的栏目还空着。") + lost;
  }

  function save() {
    var text = JSON.stringify(draft(), null, 1);
    var link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    link.download = form.data.title + "（草稿）.json";
    document.body.appendChild(link);
    link.click();
    document.body.removeChild(link);
    window.setTimeout(function () {
      URL.revokeObjectURL(link.href);
    }, 1000);
    tell("done", "草稿已存成文件", "文件名是“" + link.download + "”。里面有姓名和电话，请妥善保管。");
  }

  function isPairs(values) {
    return Array.isArray(values) && values.every(function (pair) {
      return Array.isArray(pair) && pair.length === 2 && typeof pair[0] === "string" && typeof pair[1] === "string";
    });
  }

  function take(text, name) {
    var found = null;
    try {
      found = JSON.parse(text.replace(/^\uFEFF/, ""));
    } catch (broken) { /* told below, as for any other file that is no draft */ }
    if (!found || found.kind !== KIND || !isPairs(found.values)) {
      return tell("stop", "没有载入", "“" + name + "”不是草稿文件，或者已经损坏。请选用“把草稿存成文件”存下来的文件。").focus();
    }
    if (found.form !== form.data.form) {
      return tell("stop", "没有载入", "“" + name + "”是《" + found.title + "》的草稿，这里要填的是《" + form.data.title + "》。请到那张表的网页载入。").focus();
    }
    var last = pairs();
    var words = filledIn(found, "的内容填好了", fillIn(found.values));
    form.keepDraft();
    return tell("done", "已载入草稿文件", words, last.length ? undoing(last, "载入以前填的内容又回来了。") : null).focus();
  }

  /* The browser's own chooser stands outside the form, so that no file is ever sent with it. */
  function makeChooser() {
    var chooser = document.createElement("input");
    chooser.type = "file";
    chooser.accept = ".json,application/json";
    chooser.hidden = true;
    chooser.setAttribute("aria-label", "草稿文件");
    chooser.addEventListener("change", function () {
      var reader = new FileReader();
      var name = chooser.files.length ? chooser.files[0].name : "";
      reader.onload = function () {
        take(String(reader.result), name);
        chooser.value = "";
      };
      if (name) reader.readAsText(chooser.files[0]);
    });
    form.element.parentNode.parentNode.appendChild(chooser);
    return chooser;
  }

  form.startDraft = function () {
    var chooser = makeChooser();
    var acts = {
      save: save,
      clear: clear,
      load: function () {
        chooser.click();
      }
    };
    form.each(form.element.querySelectorAll("[data-draft]"), function (one) {
      one.hidden = false;
      one.addEventListener("click", acts[one.getAttribute("data-draft")]);
    });
    if (!form.element.hasAttribute("data-fresh")) return form.keepDraft();
    var kept = readKept();
    if (!kept || kept.form !== form.data.form || !isPairs(kept.values) || !kept.values.length) return undefined;
    var words = filledIn(kept, "在这台设备的浏览器里", fillIn(kept.values));
    return tell("", "已恢复上次没填完的草稿", words, button("清除草稿", clear));
  };
})((window.qingdanForm = window.qingdanForm || {}));
