// @ts-check
/* Finds the exact words in the index: every phrase that stands in it is found, nothing is guessed; knows no page. */

import { seen } from "../shared/unseen.js";

const AROUND = 36;

/** @typedef {{address: string, title: string, text: string, url: string}} Indexed */

/**
 * Full-width letters and digits, capitals, spaces and what nobody sees make no difference to what is meant.
 * @param {string} text
 */
function plain(text) {
  return seen(text).normalize("NFKC").toLowerCase().replace(/\s+/g, "");
}

/**
 * The plain text, and for each of its characters where it stands in the original.
 * @param {string} text
 */
function mapped(text) {
  let out = "";
  let offset = 0;
  const at = [];
  for (const letter of text) {
    const small = plain(letter);
    for (let i = 0; i < small.length; i += 1) at.push(offset);
    out += small;
    offset += letter.length;
  }
  at.push(text.length);
  return { text: out, at };
}

/**
 * The words that are looked for, in plain text.
 * @param {string} query
 */
export function termsOf(query) {
  return query.trim().split(/\s+/).map(plain).filter(Boolean);
}

/**
 * How many of the words stand in the heading; -1 when not all of them are found.
 * @param {Indexed} entry
 * @param {string[]} terms
 */
function score(entry, terms) {
  const head = plain(entry.address + entry.title);
  const whole = `${head} ${plain(entry.text)}`;
  if (!terms.every((term) => whole.indexOf(term) >= 0)) return -1;
  return terms.filter((term) => head.indexOf(term) >= 0).length;
}

/**
 * The entries with all words of the query, those with more of them in the heading first, else in the index's order.
 * @param {Indexed[]} index
 * @param {string} query
 */
export function search(index, query) {
  const terms = termsOf(query);
  if (!terms.length) return [];
  return index
    .map((entry, place) => ({ entry, place, score: score(entry, terms) }))
    .filter((hit) => hit.score >= 0)
    .sort((a, b) => b.score - a.score || a.place - b.place)
    .map((hit) => hit.entry);
}

/**
 * Where the words stand in a text: from, to.
 * @param {string} text
 * @param {string[]} terms
 */
export function spans(text, terms) {
  const map = mapped(text);
  /** @type {[number, number][]} */
  const found = [];
  terms.forEach((term) => {
    for (let from = map.text.indexOf(term); from >= 0; from = map.text.indexOf(term, from + term.length)) {
      found.push([map.at[from], map.at[from + term.length - 1] + 1]);
    }
  });
  return found.sort((a, b) => a[0] - b[0]);
}

/**
 * The part of a text around the first word that is found.
 * @param {string} text
 * @param {string[]} terms
 */
export function excerpt(text, terms) {
  const first = spans(text, terms)[0];
  const start = first ? Math.max(0, first[0] - AROUND) : 0;
  const cut = text.slice(start, start + 4 * AROUND);
  return (start > 0 ? "…" : "") + cut + (start + cut.length < text.length ? "…" : "");
}
