// @ts-check
/* eslint no-misleading-character-class: "off" -- these classes list the joining characters themselves */
/* What characters are to whoever types them, as functions/forms/characters.py has it; knows no page. */

import { UNSEEN } from "../shared/unseen.js";

const BLANK = "\\s\\u001c-\\u001f\\u0085";
const ONE_UNSEEN = new RegExp(`[${UNSEEN}]`, "u");
const BLANK_OR_UNSEEN = new RegExp(`^[${BLANK}${UNSEEN}]$`, "u");
const BLANKS = new RegExp(`[${BLANK}]+`, "g");
const MEANINGLESS = /[\u00ad\u200b\u2028-\u202e\u2060-\u206f\ufeff]/g;
const LETTER = `[^\\u0000-\\u007f\\u3000-\\u9fff\\uff00-\\uffef${UNSEEN}]`;
/* A letter with what joins it to the next; a Chinese character with its variant. */
const SHAPED = new RegExp(
  `${LETTER}[\\ufe00-\\ufe0f]?[\\u{e0020}-\\u{e007f}]*(?:[\\u200c\\u200d](?=${LETTER}))?` +
    "|[\\u3400-\\u9fff\\u{20000}-\\u{3ffff}][\\u{e0100}-\\u{e01ef}]",
  "gu"
);
const WIDE = /[\uff01-\uff5e\u3000]/g;

/** @type {[number, number, string][]} */
const NAMES = [
  [0x00ad, 0x00ad, "软连字符"],
  [0x034f, 0x034f, "组合用连接符"],
  [0x061c, 0x061c, "文字方向标记"],
  [0x115f, 0x1160, "谚文填充符"],
  [0x180b, 0x180d, "变体选择符"],
  [0x180e, 0x180e, "蒙古文元音分隔符"],
  [0x180f, 0x180f, "变体选择符"],
  [0x200b, 0x200b, "零宽空格"],
  [0x200c, 0x200c, "零宽不连字"],
  [0x200d, 0x200d, "零宽连字"],
  [0x200e, 0x200f, "文字方向标记"],
  [0x2028, 0x2028, "行分隔符"],
  [0x2029, 0x2029, "段分隔符"],
  [0x202a, 0x202e, "文字方向标记"],
  [0x2060, 0x2060, "词连接符"],
  [0x2066, 0x2069, "文字方向标记"],
  [0x2800, 0x2800, "盲文空格"],
  [0x3164, 0x3164, "谚文填充符"],
  [0xfe00, 0xfe0f, "变体选择符"],
  [0xfeff, 0xfeff, "字节顺序标记"],
  [0xffa0, 0xffa0, "谚文填充符"],
  [0xe0100, 0xe01ef, "变体选择符"]
];

/**
 * The first character of a name that nobody sees and no script needs; "" for none.
 * @param {string} text
 */
export function hiddenIn(text) {
  return (/[\u00ad\u200b\u2028-\u202e\u2060-\u206f\ufeff]/.exec(text) || ONE_UNSEEN.exec(text.replace(SHAPED, "")) || [""])[0];
}

/**
 * The text without what is blank or unseen around it, and without what is unseen inside and means nothing.
 * @param {string} text
 */
export function trimmed(text) {
  const letters = Array.from(text.replace(MEANINGLESS, "").trim());
  let start = 0;
  let end = letters.length;
  while (start < end && BLANK_OR_UNSEEN.test(letters[start])) start += 1;
  while (end > start && BLANK_OR_UNSEEN.test(letters[end - 1])) end -= 1;
  return letters.slice(start, end).join("");
}

/**
 * The text with one space, or what is given, for each run of blanks, and none around it.
 * @param {string} text
 * @param {string} between
 */
export function spaced(text, between) {
  return text.replace(BLANKS, " ").trim().replace(/ /g, between);
}

/**
 * The text in half width: letters, digits, marks and the space.
 * @param {string} text
 */
export function narrow(text) {
  return text.replace(WIDE, (wide) => (wide === "\u3000" ? " " : String.fromCharCode(wide.charCodeAt(0) - 0xfee0)));
}

/**
 * The text in half width, where a full stop can only be a dot.
 * @param {string} text
 */
export function dotted(text) {
  return narrow(text).replace(/[\u3002\uff61]/g, ".");
}

/**
 * The text with plain hyphens in place of dashes of every length.
 * @param {string} text
 */
export function hyphened(text) {
  return text.replace(/[\u2010-\u2015\u2212\ufe58\ufe63]/g, "-");
}

/**
 * The first character that is neither ASCII nor Chinese; "" for none.
 * @param {string} text
 */
export function strangeIn(text) {
  return (/[^\0-\x7f\u2010-\u2027\u2030-\u205e\u3001-\u3006\u3008-\u3020\u3400-\u9fff]/u.exec(text) || [""])[0];
}

/**
 * The character with its code point, for a message.
 * @param {string} character
 */
export function nameCharacter(character) {
  const code = character.codePointAt(0);
  const known = NAMES.find((name) => name[0] <= code && code <= name[1]);
  const shown = known ? known[2] : code < 32 || ONE_UNSEEN.test(character) ? "控制字符" : character;
  return `“${shown}”（U+${code.toString(16).toUpperCase().padStart(4, "0")}）`;
}
