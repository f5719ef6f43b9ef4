/* Starts what a form's page can do beyond plain HTML; the page works without it. */
(function (form) {
  "use strict";

  var WAIT = 300;
  var waiting = 0;
  var pressed = false;
  var left = null;

  form.digestScript = document.currentScript && document.currentScript.getAttribute("data-digest");

  /* How to write a date matters only where the browser shows no calendar for it. */
  function hideExamples() {
    form.each(form.element.querySelectorAll("[data-example]"), function (example) {
      var calendar = form.controls(example.closest("[data-f]"))[0].type === "date";
      example.hidden = calendar;
      if (example.parentNode.textContent === example.textContent) example.parentNode.hidden = calendar;
    });
  }

  form.changed = function () {
    hideExamples();
    form.applyConditions();
    form.showProgress();
  };

  function soon() {
    window.clearTimeout(waiting);
    waiting = window.setTimeout(now, WAIT);
  }

  function now() {
    window.clearTimeout(waiting);
    waiting = 0;
    form.changed();
    form.keepDraft();
  }

  function judge(wrapper) {
    form.check(wrapper);
    form.showProgress();
  }

  /* A message moves the page; while a button is held down, that would make the click miss it. */
  function leave(event) {
    var wrapper = event.target.closest("[data-f]");
    if (!wrapper || (event.relatedTarget && wrapper.contains(event.relatedTarget))) return;
    if (pressed) left = wrapper;
    else judge(wrapper);
  }

  function release() {
    window.setTimeout(function () {
      pressed = false;
      if (left && document.contains(left)) judge(left);
      left = null;
    }, 0);
  }

  function listen() {
    form.element.addEventListener("input", function (event) {
      form.forgetGroupMessage(event.target);
      soon();
    });
    form.element.addEventListener("change", now);
    form.element.addEventListener("focusout", leave);
    document.addEventListener("mousedown", function () {
      pressed = true;
    });
    document.addEventListener("mouseup", release);
    window.addEventListener("pagehide", function () {
      if (waiting) form.keepDraft();
    });
  }

  function focusControl(event) {
    var link = event.target.closest("a[href^='#']");
    var control = link && document.getElementById(decodeURIComponent(link.getAttribute("href").slice(1)));
    if (control) window.setTimeout(function () { control.focus(); }, 0);
  }

  function startForm() {
    form.element = document.getElementById("form");
    form.data = JSON.parse(document.getElementById("form-data").textContent);
    form.rememberJudged();
    form.startRows();
    form.startFiles();
    form.startProgress();
    form.startDraft();
    form.offerUploads();
    form.changed();
    listen();
  }

  /* What the parts are made with: a browser without it, or a preview that is not built, gets the page as plain HTML. */
  function isAble() {
    return Boolean(form.read && Array.from && Element.prototype.closest && "content" in document.createElement("template"));
  }

  document.addEventListener("DOMContentLoaded", function () {
    var filed = document.querySelector("[data-filed]");
    var errors = document.querySelector(".errors");
    var wanted = errors || document.querySelector("form [autofocus]");
    var print = document.querySelector("[data-print]");
    if (print) {
      print.hidden = false;
      print.addEventListener("click", function () { window.print(); });
    }
    if (wanted) wanted.focus();
    if (!isAble()) return;
    if (filed) form.forgetDrafts(filed.getAttribute("data-filed"));
    if (document.getElementById("form-data")) startForm();
    if (errors) errors.addEventListener("click", focusControl);
  });
})((window.qingdanForm = window.qingdanForm || {}));
