// @ts-check
/* What is wrong with one answer, in the server's words; shows nothing. */

import { hiddenIn, nameCharacter, strangeIn } from "./characters.js";
import { generic, get, split } from "./names.js";

/** @typedef {import("./page.js").Form} Form */
/** @typedef {import("./page.js").Node} Node */
/** @typedef {Record<string, string | number>} Gaps what a message says of this answer */
/** @typedef {[string, Gaps]} Fault the fault's name, and the gaps of its message */

const SHOWN = 20;

/** @param {any} value */
function shown(value) {
  const letters = Array.from(String(value).replace(/\n/g, " ").replace(/“/g, "‘").replace(/”/g, "’"));
  return letters.length > SHOWN ? `${letters.slice(0, SHOWN).join("")}…` : letters.join("");
}

/** @param {string} text */
function isDay(text) {
  const parts = text.split("-").map(Number);
  const date = new Date(2000, parts[1] - 1, parts[2]);
  date.setFullYear(parts[0] || 2000, parts[1] - 1, parts[2]);
  return date.getMonth() === parts[1] - 1 && date.getDate() === parts[2];
}

/**
 * @param {string} alphabet
 * @param {string[]} body
 */
function checkCharacter(alphabet, body) {
  let weight = 1;
  let total = 0;
  body.forEach((letter) => {
    total += alphabet.indexOf(letter) * weight;
    weight = (weight * 3) % 31;
  });
  return alphabet[(31 - (total % 31)) % 31];
}

/**
 * @param {string} pattern
 * @param {string} value
 * @returns {Fault | null}
 */
function formatFault(pattern, value) {
  return new RegExp(pattern).test(value) ? null : ["format", { value: shown(value) }];
}

/** @type {Record<string, (value: any, node: Node, form: Form) => Fault | null>} */
const FAULTS = {
  integer(value, node) {
    if (typeof value !== "number") return ["type", { value: shown(value) }];
    if (node.min !== undefined && value < node.min) return ["low", { value: shown(value) }];
    return node.max !== undefined && value > node.max ? ["high", { value: shown(value) }] : null;
  },
  decimal(value, node) {
    return node.len && value.length > node.len ? ["long", {}] : formatFault(node.pattern, value);
  },
  date(value, node) {
    if (!/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value)) return ["format", { value: shown(value) }];
    if (!isDay(value)) return ["day", { value }];
    return !node.pattern || new RegExp(node.pattern).test(value) ? null : ["year", { year: value.slice(0, 4) }];
  },
  uscc(value, _, form) {
    const letters = Array.from(/** @type {string} */ (value));
    const off = 18 - letters.length;
    const foreign = letters.filter((letter) => form.alphabet.indexOf(letter) < 0);
    if (off) {
      return [(off > 0 ? "short" : "long") + (Math.abs(off) === 1 ? "1" : ""), { count: letters.length, off: Math.abs(off) }];
    }
    if (foreign.length) return ["foreign", { value: foreign[0] }];
    return letters[17] === checkCharacter(form.alphabet, letters.slice(0, 17)) ? null : ["check", {}];
  },
  phone: (value, _, form) => formatFault(form.phone, value),
  email: (value, _, form) => formatFault(form.email, value),
  attachments(value, node) {
    if (node.max !== undefined && value.length > node.max) return ["many", { count: value.length }];
    return node.min !== undefined && value.length < node.min ? ["few", { count: value.length }] : null;
  }
};

/**
 * @param {any} value
 * @param {Node} node
 * @returns {Fault | null}
 */
function lengthFault(value, node) {
  const count = typeof value === "string" ? Array.from(value).length : 0;
  if (node.len && count > node.len) return ["long", { count }];
  const unseen = node.k === "text" ? hiddenIn(value) : "";
  return unseen ? ["unseen", { value: nameCharacter(unseen) }] : null;
}

/**
 * A character that only looks like a plain one, in an answer that is made of plain ones.
 * @param {any} value
 * @param {Node} node
 * @returns {Fault | null}
 */
function oddFault(value, node) {
  const strange = FAULTS[node.k] && typeof value === "string" ? strangeIn(value) : "";
  return strange ? ["odd", { value: nameCharacter(strange) }] : null;
}

/**
 * What is wrong with an answer that was given; null when nothing is.
 * @param {Form} form
 * @param {Node} node
 * @param {any} value
 */
export function faultIn(form, node, value) {
  return oddFault(value, node) || (FAULTS[node.k] || lengthFault)(value, node, form);
}

/**
 * @param {Form} form
 * @param {string} name
 */
function groupOf(form, name) {
  return form.nodes[generic(name).replace(/\.[^.]*$/, "")];
}

/**
 * @param {Form} form
 * @param {number | Record<string, number>} text where the message is, or where it is for each answer of the group's first question
 * @param {string} name
 * @param {object} values
 */
function textFor(form, text, name, values) {
  if (typeof text !== "object") return form.texts[text];
  const lead = get(values, split(name).slice(0, -1).concat(groupOf(form, name).lead));
  return form.texts[text[lead] === undefined ? text[""] : text[lead]];
}

/**
 * The message for a fault of the answer under a name; "" when the form has none.
 * @param {Form} form
 * @param {string} name
 * @param {Fault | null} fault
 * @param {object} values
 */
export function messageOf(form, name, fault, values) {
  const node = form.nodes[generic(name)];
  if (!fault || node.m[fault[0]] === undefined) return "";
  const group = groupOf(form, name);
  const row = /\[([0-9]+)\]/.exec(name);
  const more = { name: node.l, group: (group && group.l) || "", row: row ? Number(row[1]) + 1 : "" };
  return fill(textFor(form, node.m[fault[0]], name, values), Object.assign(fault[1], more));
}

/**
 * A text with its gaps filled, such as "还有 {count} 处要改"; a gap that has no words stays.
 * @param {string} text
 * @param {Gaps} gaps
 */
export function fill(text, gaps) {
  return text.replace(/\{([a-z]+)\}/g, (whole, gap) => (gaps[gap] === undefined ? whole : String(gaps[gap])));
}
