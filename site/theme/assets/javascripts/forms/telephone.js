// @ts-check
/* Telephone numbers from the many ways in which they are written to one, as functions/forms/telephone.py does. */

const LONGEST = 60;
const MOBILE = /^1[3-9][0-9]{9}$/;
const SERVICE = /^([48]00)([0-9]{7})$/;
const LANDLINE = /^(0[12][0-9]|0[03-9][0-9]{2})([0-9]{7,8})$/;
const TYPED_AREA = /^(0[0-9]{2,3})-([0-9]{7,8})$/;
const EXTENSION = /^(.*?)[ ,;(]*(?:转|分机号?|ext(?:ension)?[.]?|x|#)[ :]*([0-9]{1,6})[)]?$/i;
const LAST_GROUP = /^(.*[0-9)])-([0-9]{1,6})$/;
const COUNTRY = /^[(]?(?:[+]|00)?86[)]?/;

/** @param {string} text */
function digits(text) {
  return text.replace(/[^0-9]/g, "");
}

/**
 * Area code and number with a hyphen between; "" when it is none.
 * @param {string} number
 */
function landline(number) {
  const apart = /^[(]?([0-9]+)[) .-]+/.exec(number);
  const split = apart && TYPED_AREA.exec(`${apart[1]}-${digits(number.slice(apart[0].length))}`);
  const found = split || LANDLINE.exec(digits(number));
  return found ? `${found[1]}-${found[2]}` : "";
}

/**
 * The normal form of a number without its country; "" when it is none.
 * @param {string} number
 * @param {string} extension
 */
function national(number, extension) {
  if (!/^[0-9() .-]*$/.test(number)) return "";
  const grouped = LAST_GROUP.exec(number);
  const before = !extension && grouped ? landline(grouped[1]) : "";
  if (before) return `${before}-${grouped[2]}`;
  const plain = digits(number);
  const service = SERVICE.exec(plain);
  if (!extension && (service || MOBILE.test(plain))) return service ? `${service[1]}-${service[2]}` : plain;
  const found = landline(number);
  return found && extension ? `${found}-${extension}` : found;
}

/**
 * The number as it is kept; else the text itself.
 * @param {string} text in half width, without blanks around it
 */
export function plainTelephone(text) {
  if (text.length > LONGEST) return text;
  const marked = EXTENSION.exec(text);
  const number = marked ? marked[1] : text;
  const country = COUNTRY.exec(number);
  const rest = country ? number.slice(country[0].length).replace(/^[ .-]+/, "") : number;
  const extension = marked ? marked[2] : "";
  return national(rest, extension) || (country && national(`0${rest}`, extension)) || text;
}
