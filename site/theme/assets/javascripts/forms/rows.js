// @ts-check
/* Adds and removes repeated rows without a round trip, from the blank row that the page carries. */

import { all, near } from "../shared/dom.js";
import { fill } from "./faults.js";
import { showMessage } from "./messages.js";
import { idOf } from "./names.js";
import { controls, nameOf, page, rowsOf } from "./page.js";
import { refresh } from "./refresh.js";

/** @typedef {{name: string, id: string, button: string, words: string}} Place how a row is called, in each place where it is */

/**
 * @param {Element} row
 * @param {Place} from
 * @param {Place} to
 */
function renamed(row, from, to) {
  const names = [[from.name, to.name], [from.id, to.id], [from.words, to.words], [from.button, to.button]];
  [row, ...all(row, "*")].forEach((element) => {
    Array.from(element.attributes).forEach((attribute) => {
      if (attribute.name === "value" && element.tagName !== "BUTTON") return;
      names.forEach(([before, after]) => {
        attribute.value = attribute.value.split(before).join(after);
      });
    });
  });
  all(row, "legend, button, .err").forEach((element) => {
    element.childNodes.forEach((node) => {
      if (node instanceof Text) node.data = node.data.split(from.words).join(to.words);
    });
  });
  return row;
}

/**
 * @param {Element} list
 * @param {number | "*"} index
 * @returns {Place}
 */
function placeIn(list, index) {
  const name = nameOf(list);
  const words = `${list.getAttribute("data-item")} ${index === "*" ? "*" : index + 1}`;
  return { name: `${name}[${index}]`, id: `${idOf(name)}-${index}`, button: `${name}:${index}`, words };
}

/** @param {Element} list */
function addButton(list) {
  return /** @type {HTMLButtonElement} */ (document.getElementById(idOf(nameOf(list))));
}

/** @param {Element} list */
function labelAddButton(list) {
  const words = page.form.words;
  const count = rowsOf(list).length;
  const gaps = { item: list.getAttribute("data-item"), count: list.getAttribute("data-max") };
  const full = count >= Number(gaps.count);
  addButton(list).disabled = full;
  addButton(list).textContent = fill(full ? words.full : count ? words.again : words.first, gaps);
}

/** @param {Element} list */
export function addRow(list) {
  const blank = list.querySelector("template");
  const row = /** @type {Element} */ (blank.content.firstElementChild.cloneNode(true));
  const added = renamed(row, placeIn(list, "*"), placeIn(list, rowsOf(list).length));
  list.insertBefore(added, blank);
  showMessage(list, "");
  labelAddButton(list);
  return added;
}

/**
 * Removes a row, counts the rows after it anew, and gives the one that is in its place now; null when there is none.
 * @param {Element} list
 * @param {number} index
 */
export function removeRow(list, index) {
  const rows = rowsOf(list);
  rows[index].remove();
  rows.slice(index + 1).forEach((row, step) => {
    renamed(row, placeIn(list, index + step + 1), placeIn(list, index + step));
  });
  labelAddButton(list);
  return rows[index + 1] || null;
}

/** @param {Event} event */
function pressRowButton(event) {
  const button = /** @type {HTMLButtonElement} */ (near(event.target, "button[name=action]"));
  const words = button ? button.value.split(":") : [];
  if (words[0] !== "add" && words[0] !== "remove") return;
  const list = button.closest("[data-item]");
  if (!list) return;
  event.preventDefault();
  const row = words[0] === "add" ? addRow(list) : removeRow(list, Number(words[2]));
  refresh();
  (row ? controls(row)[0] : addButton(list)).focus();
}

/** Lets the buttons of rows work in the page. */
export function startRows() {
  page.element.addEventListener("click", pressRowButton);
}
