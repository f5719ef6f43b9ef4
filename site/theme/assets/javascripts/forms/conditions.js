// @ts-check
/* Which questions apply and which must be answered, by the conditions that a form carries; shows nothing. */

import { generic, get, split } from "./names.js";

/** @typedef {import("./page.js").Form} Form */

/** @param {any} value */
function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** @param {any} value */
function isNumber(value) {
  return typeof value === "number";
}

/**
 * @param {string} type
 * @param {any} value
 */
function isType(type, value) {
  if (type === "object") return isObject(value);
  if (type === "array") return Array.isArray(value);
  if (type === "integer") return isNumber(value) && Math.floor(value) === value;
  return typeof value === type;
}

/** @type {Record<string, (wanted: any, value: any) => boolean>} */
const WORDS = {
  type: isType,
  const: (wanted, value) => wanted === value,
  enum: (wanted, value) => wanted.indexOf(value) >= 0,
  required: (wanted, value) => !isObject(value) || wanted.every((/** @type {string} */ key) => value[key] !== undefined),
  properties: (wanted, value) =>
    !isObject(value) || Object.keys(wanted).every((key) => value[key] === undefined || holds(wanted[key], value[key])),
  contains: (wanted, value) => !Array.isArray(value) || value.some((item) => holds(wanted, item)),
  not: (wanted, value) => !holds(wanted, value),
  allOf: (tests, value) => tests.every((/** @type {any} */ test) => holds(test, value)),
  anyOf: (tests, value) => tests.some((/** @type {any} */ test) => holds(test, value)),
  minimum: (wanted, value) => !isNumber(value) || value >= wanted,
  maximum: (wanted, value) => !isNumber(value) || value <= wanted,
  minItems: (wanted, value) => !Array.isArray(value) || value.length >= wanted,
  maxItems: (wanted, value) => !Array.isArray(value) || value.length <= wanted
};

/**
 * Whether a value fulfils a test of the few words of JSON Schema that conditions use.
 * @param {any} test
 * @param {any} value
 * @returns {boolean}
 */
export function holds(test, value) {
  if (typeof test === "boolean") return test;
  return Object.keys(test).every((word) => !WORDS[word] || WORDS[word](test[word], value));
}

/**
 * @param {import("./page.js").Condition} condition
 * @param {string} name
 * @param {object} values
 */
function isFulfilled(condition, name, values) {
  const length = condition.scope ? split(condition.scope).length : 0;
  const depth = (condition.scope.match(/\[\*\]/g) || []).length;
  const value = get(values, split(name).slice(0, length + depth));
  return holds(condition.test, value === undefined ? {} : value) === condition.holds;
}

/**
 * @param {Form} form
 * @param {string} name
 * @param {string} effect
 */
function conditionsOf(form, name, effect) {
  const target = generic(name);
  return form.conditions.filter((condition) => condition.target === target && condition.effect === effect);
}

/**
 * @param {Form} form
 * @param {string} name
 * @param {object} values
 */
export function applies(form, name, values) {
  return conditionsOf(form, name, "applies").every((condition) => isFulfilled(condition, name, values));
}

/**
 * Whether this must be answered now, as far as it alone goes: the group around it may be left out altogether.
 * @param {Form} form
 * @param {string} name
 * @param {object} values
 */
export function isRequired(form, name, values) {
  return (
    form.nodes[generic(name)].n === 2 ||
    conditionsOf(form, name, "required").some((condition) => isFulfilled(condition, name, values))
  );
}
