// @ts-check
/* eslint no-misleading-character-class: "off" -- the class lists the joining characters themselves */
/* The characters that nobody sees, as functions/forms/characters.py has them; knows no page. */

/* What nobody sees: Default_Ignorable_Code_Point, and what looks like a blank and is none. */
export const UNSEEN =
  "\\u00ad\\u034f\\u061c\\u115f-\\u1160\\u17b4-\\u17b5\\u180b-\\u180f\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u206f\\u3164" +
  "\\ufe00-\\ufe0f\\ufeff\\uffa0\\ufff0-\\ufff8\\u{1bca0}-\\u{1bca3}\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}" +
  "\\u007f-\\u0084\\u0086-\\u009f\\u2028-\\u2029\\u2800\\ufff9-\\ufffb\\u{13441}-\\u{13442}\\u{16fe4}\\u{1d159}";
const EVERY_UNSEEN = new RegExp(`[${UNSEEN}]`, "gu");

/**
 * The text without the characters that nobody sees.
 * @param {string} text
 */
export function seen(text) {
  return text.replace(EVERY_UNSEEN, "");
}
