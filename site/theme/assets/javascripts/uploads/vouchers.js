// @ts-check
/* How a form names a file that has arrived, and the voucher that proves it; knows no page. */

/** @typedef {{name: string, size: number, sha256: string}} NamedFile */

/**
 * The file that a hidden value names; null when it names none: the server says what is wrong with it.
 * @param {string} text
 * @returns {NamedFile | null}
 */
export function namedFile(text) {
  try {
    const file = JSON.parse(text);
    return file && file.sha256 && file.size ? file : null;
  } catch (broken) {
    return null;
  }
}

/** @param {NamedFile} file */
export function nameText(file) {
  return JSON.stringify({ name: file.name, size: file.size, sha256: file.sha256 });
}

/**
 * Whether a voucher is still taken at this time, in milliseconds.
 * @param {string | undefined} voucher
 * @param {number} now
 */
export function isCurrent(voucher, now) {
  return Number((voucher || "").split(".")[1]) * 1000 > now;
}

/**
 * The voucher among these for a file of this digest and size, one that is current if there is one; else "".
 * @param {NamedFile} file
 * @param {string[]} vouchers
 * @param {number} now
 */
export function voucherFor(file, vouchers, now) {
  const found = vouchers.filter((voucher) => {
    const parts = voucher.split(".");
    return parts[3] === file.sha256 && parts[2] === String(file.size);
  });
  return found.filter((voucher) => isCurrent(voucher, now))[0] || found[0] || "";
}
