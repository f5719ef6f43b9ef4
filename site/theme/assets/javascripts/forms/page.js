// @ts-check
/* The form in this page: what it is told of its questions, and what is typed in it now; changes nothing. */

import { all } from "../shared/dom.js";
import { namedFile } from "../uploads/vouchers.js";
import { generic, put, split } from "./names.js";
import { plainValue } from "./plain-value.js";

/**
 * @typedef {object} Node one question, group or list of rows
 * @property {string} k its kind
 * @property {number} n 2 when it must always be answered, 1 when sometimes, 0 never
 * @property {string} l its label
 * @property {Record<string, number | Record<string, number>>} m for each fault, where its message is in `texts`
 * @property {string} lead the group's first question, which decides over the others
 * @property {number} [min]
 * @property {number} [max]
 * @property {number} [len]
 * @property {string} [pattern]
 * @property {boolean} [true] answered only when it is ticked
 */

/**
 * @typedef {object} Condition
 * @property {string} scope where the value is that the test looks at
 * @property {string} target
 * @property {"applies" | "required"} effect
 * @property {any} test
 * @property {boolean} holds
 */

/**
 * @typedef {object} Form what the server wrote into the page, see functions/forms/page/script_data.py
 * @property {string} form
 * @property {string} title
 * @property {string} digest
 * @property {Record<string, Node>} nodes
 * @property {Condition[]} conditions
 * @property {string[]} texts
 * @property {Record<string, string>} words
 * @property {string[]} parts
 * @property {string} alphabet
 * @property {string} phone
 * @property {string} email
 */

/** @typedef {HTMLInputElement} Control an input, a select or a text area: what is used here they have in common */

/** @type {{element: HTMLFormElement, form: Form}} */
export const page = { element: null, form: null };

/** Reads what the server wrote into the page. */
export function readPage() {
  page.element = /** @type {HTMLFormElement} */ (document.getElementById("form"));
  page.form = JSON.parse(document.getElementById("form-data").textContent);
}

/** @param {Element} wrapper */
export function nameOf(wrapper) {
  return wrapper.getAttribute("data-f") || wrapper.getAttribute("data-row") || wrapper.getAttribute("data-section");
}

/**
 * @param {Element} wrapper
 * @returns {Node}
 */
export function nodeOf(wrapper) {
  return page.form.nodes[generic(nameOf(wrapper))];
}

/** @param {Element} wrapper */
export function controls(wrapper) {
  return /** @type {Control[]} */ (all(wrapper, "input:not([type=hidden]), select, textarea"));
}

/** @param {Control} control */
export function isTick(control) {
  return control.type === "checkbox" || control.type === "radio";
}

/**
 * @param {ParentNode} root
 * @param {string} [more] what else the selector asks for
 */
export function hiddenInputs(root, more = "") {
  return /** @type {Control[]} */ (all(root, `input[type=hidden]${more}`));
}

/**
 * The rows of a list.
 * @param {Element} list
 */
export function rowsOf(list) {
  return Array.from(list.children).filter((child) => child.hasAttribute("data-row"));
}

/** The lists of rows. */
export function rowLists() {
  return all(page.element, "[data-item]");
}

/** @param {Element} element */
export function isHidden(element) {
  return Boolean(element.closest("[hidden]"));
}

/** @param {Element} wrapper */
export function isField(wrapper) {
  const node = nodeOf(wrapper);
  return Boolean(node) && node.k !== "group" && node.k !== "rows";
}

/**
 * The files that a field names now; undefined when it names none.
 * @param {Element} wrapper
 */
function filesIn(wrapper) {
  const found = hiddenInputs(wrapper).filter((input) => input.name === nameOf(wrapper));
  return found.length ? found.map((input) => namedFile(input.value) || input.value) : undefined;
}

/**
 * The answer in one field's wrapper; undefined when there is none.
 * @param {Element} wrapper
 * @returns {any}
 */
export function valueIn(wrapper) {
  const kind = nodeOf(wrapper).k;
  if (kind === "attachments") return filesIn(wrapper);
  const typed = controls(wrapper);
  const chosen = typed.filter((control) => control.checked).map((control) => control.value);
  if (kind === "boolean") return chosen.length ? true : undefined;
  if (kind === "choices") return chosen.length ? chosen : undefined;
  if (kind === "choice" && typed[0].tagName !== "SELECT") return chosen[0];
  return plainValue(kind, typed[0].value);
}

/** Everything that would be sent now: answers that are hidden are not. */
export function readValues() {
  const values = {};
  all(page.element, "[data-row]").forEach((row) => {
    if (!isHidden(row)) put(values, split(nameOf(row)), {});
  });
  all(page.element, "[data-f]").forEach((wrapper) => {
    if (isField(wrapper) && !isHidden(wrapper)) put(values, split(nameOf(wrapper)), valueIn(wrapper));
  });
  return values;
}
