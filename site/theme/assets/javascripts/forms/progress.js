// @ts-check
/* Keeps the list of sections true: what is missing, what is filled in, what is to mend, which one is being filled in. */

import { all, near, one } from "../shared/dom.js";
import { isRequired } from "./conditions.js";
import { isHidden, nameOf, nodeOf, page, readValues, rowsOf, valueIn } from "./page.js";
import { progressSentence, stateOf } from "./progress-words.js";
import { isMissing } from "./visibility.js";

/**
 * @param {import("./page.js").Node} node
 * @param {any} value
 */
function isAnswered(node, value) {
  return value !== undefined && (!node.true || value === true);
}

/** @param {ParentNode} root */
function messagesIn(root) {
  return all(root, ".err").filter((error) => !isHidden(error)).length;
}

/**
 * @param {Element} section
 * @param {object} values
 */
function countAnswers(section, values) {
  const found = { missing: 0, given: 0, wrong: messagesIn(section) };
  all(section, "[data-f]").forEach((wrapper) => {
    const node = nodeOf(wrapper);
    if (isHidden(wrapper) || node.k === "group") return;
    if (node.k === "rows") {
      if (isRequired(page.form, nameOf(wrapper), values) && !rowsOf(wrapper).length) found.missing += 1;
      return;
    }
    if (isAnswered(node, valueIn(wrapper))) found.given += 1;
    else if (isMissing(wrapper, values)) found.missing += 1;
  });
  return found;
}

/**
 * Writes a text that is not there yet: a screen reader would read it out again.
 * @param {Element} element
 * @param {string} text
 */
function writeText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Writes how far each section is, and the whole form. */
export function showProgress() {
  const nav = one(document, ".prog");
  if (!nav) return;
  const values = readValues();
  const parts = all(nav, "[data-part]").map((entry) => {
    const section = document.getElementById(entry.getAttribute("data-part"));
    const part = countAnswers(section, values);
    const [kind, words] = stateOf(page.form.words, part);
    const mark = one(entry, ".st");
    entry.hidden = section.hidden;
    mark.className = `st ${kind}`;
    writeText(mark, words);
    return part;
  });
  writeText(one(nav, "p"), progressSentence(page.form, parts, messagesIn(page.element)));
}

/** @param {Event} event */
function showWhere(event) {
  const section = near(event.target, "[data-section]");
  all(document, ".prog [data-part]").forEach((entry) => {
    const here = Boolean(section) && entry.getAttribute("data-part") === section.getAttribute("data-section");
    entry.classList.toggle("now", here);
    if (here) one(entry, "a").setAttribute("aria-current", "step");
    else one(entry, "a").removeAttribute("aria-current");
  });
}

/** Marks the section that is being filled in. */
export function startProgress() {
  page.element.addEventListener("focusin", showWhere);
}
