// @ts-check
/* Starts what a form's page can do beyond plain HTML; the page works without it. */

import { near, one } from "./shared/dom.js";
import { startDraft } from "./forms/draft.js";
import { drafts, keepDraft } from "./forms/draft-keeping.js";
import { offerUploads, startFiles } from "./forms/files.js";
import { check, forgetGroupMessage, rememberAllJudged } from "./forms/messages.js";
import { page, readPage } from "./forms/page.js";
import { startPrinting } from "./forms/printing.js";
import { showProgress, startProgress } from "./forms/progress.js";
import { refresh } from "./forms/refresh.js";
import { startRows } from "./forms/rows.js";
import { startTask } from "./forms/task.js";

const WAIT = 300;

let waiting = 0;
let pressed = false;

/** @type {HTMLElement | null} */
let left = null;

function soon() {
  window.clearTimeout(waiting);
  waiting = window.setTimeout(now, WAIT);
}

function now() {
  window.clearTimeout(waiting);
  waiting = 0;
  refresh();
  keepDraft();
}

/** @param {Element} wrapper */
function judge(wrapper) {
  check(wrapper);
  showProgress();
}

/**
 * A message moves the page; while a button is held down, that would make the click miss it.
 * @param {FocusEvent} event
 */
function leave(event) {
  const wrapper = near(event.target, "[data-f]");
  if (!wrapper || (event.relatedTarget && wrapper.contains(/** @type {Node} */ (event.relatedTarget)))) return;
  if (pressed) left = wrapper;
  else judge(wrapper);
}

function release() {
  window.setTimeout(() => {
    pressed = false;
    if (left && document.contains(left)) judge(left);
    left = null;
  }, 0);
}

function listen() {
  page.element.addEventListener("input", (event) => {
    forgetGroupMessage(/** @type {Element} */ (event.target));
    soon();
  });
  page.element.addEventListener("change", now);
  page.element.addEventListener("focusout", leave);
  document.addEventListener("mousedown", () => {
    pressed = true;
  });
  document.addEventListener("mouseup", release);
  window.addEventListener("pagehide", () => {
    if (waiting) keepDraft();
  });
}

/** @param {Event} event */
function focusControl(event) {
  const link = near(event.target, "a[href^='#']");
  const control = link && document.getElementById(decodeURIComponent(link.getAttribute("href").slice(1)));
  if (control) window.setTimeout(() => control.focus(), 0);
}

function startForm() {
  readPage();
  rememberAllJudged();
  startRows();
  startFiles();
  startProgress();
  startDraft();
  offerUploads();
  refresh();
  listen();
}

function offerPrint() {
  const print = one(document, "[data-print]");
  if (!print) return;
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}

document.addEventListener("DOMContentLoaded", () => {
  const filed = one(document, "[data-filed]");
  const errors = one(document, ".errors");
  const wanted = errors || one(document, "form [autofocus]");
  offerPrint();
  startPrinting();
  startTask();
  if (wanted) wanted.focus();
  if (filed) drafts.forgetOwn(filed.getAttribute("data-filed"));
  if (document.getElementById("form-data")) startForm();
  if (errors) errors.addEventListener("click", focusControl);
});
