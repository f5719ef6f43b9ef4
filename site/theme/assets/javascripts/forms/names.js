// @ts-check
/* Names of answers, such as "databases.databases[0].name", and values by name; knows no page. */

/** @typedef {(string | number)[]} Path */

/**
 * The name of every row's answer in place of one row's.
 * @param {string} name
 */
export function generic(name) {
  return name.replace(/\[[0-9]+\]/g, "[*]");
}

/**
 * "databases.databases[0].name" as ["databases", "databases", 0, "name"].
 * @param {string} name
 * @returns {Path}
 */
export function split(name) {
  return name.replace(/\[([0-9]+)\]/g, ".$1").split(".").map((part) => (/^[0-9]+$/.test(part) ? parseInt(part, 10) : part));
}

/** @param {string} name */
export function idOf(name) {
  return split(name).join("-");
}

/**
 * The value at a path; undefined where there is none.
 * @param {any} values
 * @param {Path} path
 * @returns {any}
 */
export function get(values, path) {
  return path.reduce((held, part) => (held === undefined || held === null ? undefined : held[part]), values);
}

/**
 * Puts a value at a path, and makes what is missing on the way there.
 * @param {any} values
 * @param {Path} path
 * @param {any} value
 */
export function put(values, path, value) {
  path.forEach((part, place) => {
    if (place === path.length - 1) {
      if (value !== undefined) values[part] = value;
      return;
    }
    if (values[part] === undefined) values[part] = typeof path[place + 1] === "number" ? [] : {};
    values = values[part];
  });
}
