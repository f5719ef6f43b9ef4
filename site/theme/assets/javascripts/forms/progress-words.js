// @ts-check
/* How far a section is, and the whole form, in the page's words; shows nothing. */

import { fill } from "./faults.js";

/** @typedef {{missing: number, given: number, wrong: number}} Part how many answers of a section are missing, given, wrong */

/**
 * The class of a section's mark, and its words.
 * @param {Record<string, string>} words
 * @param {Part} part
 */
export function stateOf(words, part) {
  if (part.wrong) return ["st--over", fill(words.mend, { count: part.wrong })];
  if (part.missing) return ["st--open", part.given ? fill(words.missing, { count: part.missing }) : words.empty];
  return part.given ? ["st--ok", words.filled] : ["st--open", words.skippable];
}

/**
 * The sentence over the list of sections.
 * @param {import("./page.js").Form} form
 * @param {Part[]} parts
 * @param {number} wrong how many messages the whole page shows
 */
export function progressSentence(form, parts, wrong) {
  const words = form.words;
  const fine = parts.filter((part) => !part.missing && !part.wrong);
  const done = fine.filter((part) => part.given).length;
  const text = fine.length === parts.length ? words.all_done : done ? words.some_done : words.all_open;
  const gaps = { all: form.parts[parts.length], done: form.parts[done] };
  return fill(text, gaps) + (wrong ? fill(words.to_mend, { count: wrong }) : "");
}
