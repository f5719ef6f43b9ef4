// @ts-check
/* The message beside a control: written on leaving it, taken away when the answer is mended. */

import { all, make } from "../shared/dom.js";
import { faultIn, messageOf } from "./faults.js";
import { hasOpenFiles } from "./file-lists.js";
import { idOf } from "./names.js";
import { controls, isField, isHidden, nameOf, nodeOf, page, readValues, valueIn } from "./page.js";
import { isMissing } from "./visibility.js";

/**
 * @param {Element} wrapper
 * @param {object} values
 * @returns {import("./faults.js").Fault | null}
 */
function faultOf(wrapper, values) {
  const control = controls(wrapper)[0];
  const node = nodeOf(wrapper);
  if (control.validity && control.validity.badInput) return ["bad", {}];
  const value = valueIn(wrapper);
  if (node.k === "attachments" && hasOpenFiles(wrapper)) return null;
  if (value === undefined) return isMissing(wrapper, values) ? ["required", {}] : null;
  return faultIn(page.form, node, value);
}

/** @param {Element} wrapper */
function messageFor(wrapper) {
  const values = readValues();
  return messageOf(page.form, nameOf(wrapper), faultOf(wrapper, values), values);
}

/** @param {Element} wrapper */
function errorId(wrapper) {
  return `${idOf(nameOf(wrapper))}-e`;
}

/**
 * @param {Element} element
 * @param {string} id
 * @param {boolean} wrong
 */
function describe(element, id, wrong) {
  const ids = (element.getAttribute("aria-describedby") || "").split(" ").filter((other) => other && other !== id);
  if (wrong) ids.push(id);
  if (ids.length) element.setAttribute("aria-describedby", ids.join(" "));
  else element.removeAttribute("aria-describedby");
}

/**
 * @param {Element} element
 * @param {boolean} wrong
 */
function markInvalid(element, wrong) {
  if (wrong) element.setAttribute("aria-invalid", "true");
  else element.removeAttribute("aria-invalid");
}

/**
 * @param {Element} wrapper
 * @param {string} message
 */
function writeMessage(wrapper, message) {
  const error = make("span", "err");
  error.id = errorId(wrapper);
  error.appendChild(make("span", "vh", page.form.words.wrong));
  error.appendChild(document.createTextNode(message));
  let before = wrapper.firstElementChild;
  while (before && (/^(LABEL|LEGEND)$/.test(before.tagName) || before.className === "hint") && before.className !== "pick") {
    before = before.nextElementSibling;
  }
  wrapper.insertBefore(error, before);
}

/**
 * Shows a message in a wrapper, or takes the one that is there away.
 * @param {Element} wrapper
 * @param {string} message
 */
export function showMessage(wrapper, message) {
  const id = errorId(wrapper);
  const old = document.getElementById(id);
  const box = wrapper.hasAttribute("data-lead") ? wrapper.parentElement : wrapper;
  const wrong = Boolean(message);
  if (old) old.remove();
  if (wrong) writeMessage(wrapper, message);
  box.classList.toggle("bad", wrong || Boolean(document.getElementById(errorId(box))));
  if (box.tagName === "FIELDSET") {
    describe(box, id, wrong);
    if (box.getAttribute("role") === "radiogroup") markInvalid(box, wrong);
  } else if (isField(wrapper)) {
    describe(controls(wrapper)[0], id, wrong);
    markInvalid(controls(wrapper)[0], wrong);
  }
}

/**
 * Judges the answer in a wrapper now. What the server found stays until the answer changes.
 * @param {Element} wrapper
 */
export function check(wrapper) {
  if (isHidden(wrapper) || !isField(wrapper)) return;
  const judged = wrapper.getAttribute("data-judged");
  if (judged !== null && judged === answerText(wrapper)) return;
  wrapper.removeAttribute("data-judged");
  showMessage(wrapper, messageFor(wrapper));
}

/** @param {Element} wrapper */
function answerText(wrapper) {
  return JSON.stringify(valueIn(wrapper) || "");
}

/**
 * The message that is shown in a wrapper stays until the answer changes.
 * @param {Element} wrapper
 */
export function rememberJudged(wrapper) {
  wrapper.setAttribute("data-judged", answerText(wrapper));
}

/** Keeps the messages that the server wrote into the page until their answers change. */
export function rememberAllJudged() {
  all(page.element, ".bad[data-f], .bad > [data-lead]").filter(isField).forEach(rememberJudged);
}

/**
 * A message on a group is about answers together: it goes when one of them changes.
 * @param {Element} control
 */
export function forgetGroupMessage(control) {
  for (let group = control.closest("[data-f]"); group; group = group.parentElement.closest("[data-f]")) {
    const id = errorId(group);
    if (isField(group) || !document.getElementById(id)) continue;
    showMessage(group, "");
    all(group, ".pair [aria-invalid]").forEach((invalid) => {
      markInvalid(invalid, false);
      describe(invalid, id, false);
    });
  }
}
