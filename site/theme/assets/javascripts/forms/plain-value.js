// @ts-check
/* One typed answer as the server will understand it; knows no page. */

const GROUPED = /^-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$/;
const DATE = /^([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?$/;

/* What comes unseen with what is pasted. */
const UNSEEN = /[\u00ad\u200b\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** @param {string} text */
function ungrouped(text) {
  return GROUPED.test(text) ? text.replace(/,/g, "") : text;
}

/** @type {Record<string, (text: string, typed: string) => string | number>} */
const PLAIN = {
  integer(text, typed) {
    const number = ungrouped(text);
    return /^-?[0-9]{1,15}$/.test(number) ? parseInt(number, 10) : typed;
  },
  decimal: ungrouped,
  date(text, typed) {
    const found = DATE.exec(text.replace(/ /g, ""));
    return found ? `${found[1]}-${found[2].padStart(2, "0")}-${found[3].padStart(2, "0")}` : typed;
  },
  uscc: (text) => text.replace(/[\s-]/g, "").toUpperCase(),
  email: (text) => text,
  phone: (text) => text.replace(/[‐‑‒–—−]/g, "-").replace(/\s+/g, " ")
};

/**
 * The answer in a field of this kind; undefined when nothing was typed.
 * @param {string} kind
 * @param {string} typed
 */
export function plainValue(kind, typed) {
  const text = typed.replace(/\r\n?/g, "\n").replace(UNSEEN, "").trim();
  if (!text) return undefined;
  return PLAIN[kind] ? PLAIN[kind](text.normalize("NFKC").trim(), text) : text;
}
