// @ts-check
/* The SHA-256 of a file's content and of each of its parts; knows neither page nor worker. */

/** @typedef {{whole: string, parts: string[]}} Digests in hexadecimal digits */

/** @param {ArrayBuffer} buffer */
function hex(buffer) {
  return Array.from(new Uint8Array(buffer)).map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {Uint8Array<ArrayBuffer>} bytes */
function sha256(bytes) {
  return crypto.subtle.digest("SHA-256", bytes).then(hex);
}

/**
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {number} size how long a part is; the last one may be shorter
 * @returns {Promise<Digests>}
 */
export async function digestsIn(bytes, size) {
  const parts = [];
  for (let start = 0; start < bytes.length; start += size) {
    parts.push(await sha256(bytes.subarray(start, start + size)));
  }
  return { whole: await sha256(bytes), parts };
}
