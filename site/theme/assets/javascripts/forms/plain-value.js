// @ts-check
/* One typed answer as the server will understand it; knows no page. */

import { seen } from "../shared/unseen.js";
import { dotted, hyphened, narrow, spaced, trimmed } from "./characters.js";
import { plainTelephone } from "./telephone.js";

const GROUPED = /^-?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$/;
const DATE = /^(?:([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})[日号]?|([0-9]{4})([0-9]{2})([0-9]{2}))$/;

/** @param {string} text */
function ungrouped(text) {
  return GROUPED.test(text) ? text.replace(/,/g, "") : text;
}

/** @type {Record<string, (text: string) => string | number>} */
const PLAIN = {
  integer(text) {
    const number = ungrouped(spaced(hyphened(narrow(text)), " "));
    return /^-?[0-9]{1,15}$/.test(number) ? parseInt(number, 10) : text;
  },
  decimal: (text) => ungrouped(spaced(hyphened(dotted(text)), " ")),
  date(text) {
    const found = DATE.exec(spaced(hyphened(dotted(text)), ""));
    if (!found) return text;
    const [year, month, day] = found.slice(1).filter(Boolean);
    return `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  },
  uscc(text) {
    const bare = spaced(hyphened(narrow(text)), "").replace(/-/g, "");
    return bare.replace(/[a-z]/g, (letter) => letter.toUpperCase()) || text;
  },
  email: (text) => spaced(dotted(text), " "),
  phone: (text) => plainTelephone(spaced(hyphened(narrow(text)), " ")),
  choice: (text) => text
};

/**
 * The answer in a field of this kind; undefined when nothing was typed.
 * @param {string} kind
 * @param {string} typed
 */
export function plainValue(kind, typed) {
  const text = trimmed(typed.replace(/\r\n?/g, "\n"));
  if (!text) return undefined;
  return PLAIN[kind] ? PLAIN[kind](seen(text)) : text;
}
