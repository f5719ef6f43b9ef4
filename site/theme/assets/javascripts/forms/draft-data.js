// @ts-check
/* What a draft holds, and the words about it; knows neither page nor store. */

export const KIND = "qingdan-draft";
const MOST_SHOWN = 5;
const LONGEST_SHOWN = 20;

/** @typedef {[string, string]} Pair name and value of one control */

/**
 * @typedef {object} Draft
 * @property {string} kind
 * @property {string} form
 * @property {string} title
 * @property {string} digest of the form that was filled in
 * @property {string} saved when it was, in ISO 8601
 * @property {Pair[]} values
 */

/** @param {any} values */
export function isPairs(values) {
  return Array.isArray(values) && values.every((pair) =>
    Array.isArray(pair) && pair.length === 2 && typeof pair[0] === "string" && typeof pair[1] === "string");
}

/**
 * The draft in a file's text; null when it is none.
 * @param {string} text
 * @returns {Draft | null}
 */
export function readDraft(text) {
  try {
    const found = JSON.parse(text.replace(/^\uFEFF/, ""));
    return found && found.kind === KIND && isPairs(found.values) ? found : null;
  } catch (broken) {
    return null;
  }
}

/**
 * The values of each name, in their order.
 * @param {Pair[]} values
 * @returns {Record<string, string[]>}
 */
export function byName(values) {
  const typed = Object.create(null);
  values.forEach(([name, value]) => {
    (typed[name] = typed[name] || []).push(value.replace(/\r\n?/g, "\n"));
  });
  return typed;
}

/**
 * How many rows a draft has in a list, up to the most that the list takes.
 * @param {Pair[]} values
 * @param {string} name the list's
 * @param {number} most
 */
export function rowsIn(values, name, most) {
  const start = `${name}[`;
  const places = values.filter((pair) => pair[0].indexOf(start) === 0).map((pair) => parseInt(pair[0].slice(start.length), 10));
  return places.reduce((count, place) => Math.max(count, Math.min(place + 1, most)), 0);
}

/**
 * The words for answers that no control takes.
 * @param {string[]} left
 */
export function wordsForLeft(left) {
  const some = left.slice(0, MOST_SHOWN).map((value) =>
    `“${value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value}”`);
  return `有 ${left.length} 个答案在这张表里没有地方放，没有填进来：${some.join("、")}${left.length > some.length ? "等" : ""}。`;
}

/**
 * How long ago a draft was saved; "" when that is not known.
 * @param {string} saved
 * @param {number} now in milliseconds
 */
export function ageWords(saved, now) {
  const minutes = Math.floor((now - Date.parse(saved)) / 60000);
  if (isNaN(minutes)) return "";
  if (minutes < 1) return "刚才";
  if (minutes < 60) return `${minutes} 分钟前`;
  return minutes < 24 * 60 ? `${Math.floor(minutes / 60)} 小时前` : `${Math.floor(minutes / (24 * 60))} 天前`;
}

/**
 * A moment in this computer's time; "" when it is none.
 * @param {string} saved
 */
export function momentWords(saved) {
  const at = new Date(saved);
  if (isNaN(at.getTime())) return "";
  const minutes = String(at.getMinutes()).padStart(2, "0");
  return `${at.getFullYear()} 年 ${at.getMonth() + 1} 月 ${at.getDate()} 日 ${at.getHours()}:${minutes}`;
}
