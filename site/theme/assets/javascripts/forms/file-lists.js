// @ts-check
/* The lists of files in this page, and what they hold now; changes nothing in it. */

import { hiddenInputs, isHidden } from "./page.js";

/**
 * @typedef {object} FileList the files of one field
 * @property {HTMLElement} wrapper
 * @property {string} name
 * @property {number} most how many files it takes
 * @property {number} largest how many bytes each may have
 * @property {string} address where the service takes them; "" where no script can send them
 * @property {string} at where its files belong
 * @property {import("./file-entry.js").Entry[]} entries
 * @property {HTMLInputElement} chooser
 * @property {HTMLUListElement} element
 * @property {HTMLElement} status
 * @property {boolean} held whether the form waits for one of them
 */

/** @type {FileList[]} */
export const fileLists = [];

/**
 * The first file that has not arrived, in a list that applies.
 * @param {FileList} list
 */
export function firstOpen(list) {
  return isHidden(list.wrapper) ? undefined : list.entries.filter((entry) => entry.state !== "done")[0];
}

/** @param {Element} wrapper */
export function hasOpenFiles(wrapper) {
  return fileLists.some((list) => list.wrapper === wrapper && Boolean(firstOpen(list)));
}

/**
 * Name and value of every file that is named, and of the vouchers, for a draft.
 * @returns {import("./draft-data.js").Pair[]}
 */
export function filePairs() {
  /** @type {import("./draft-data.js").Pair[]} */
  const found = [];
  fileLists.forEach((list) => hiddenInputs(list.element).forEach((input) => found.push([input.name, input.value])));
  return found;
}
