// @ts-check
/* SHA-256 of short texts, at once: `crypto.subtle` answers each later, and is missing where the address is not https. */

const PRIMES = primes(64);
const START = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)));
const STEPS = Int32Array.from(PRIMES, (prime) => fraction(Math.pow(prime, 1 / 3)));

const schedule = new Int32Array(64);

/** @param {number} count */
function primes(count) {
  /** @type {number[]} */
  const found = [];
  for (let number = 2; found.length < count; number += 1) {
    if (found.every((prime) => number % prime)) found.push(number);
  }
  return found;
}

/** @param {number} root */
function fraction(root) {
  return ((root - Math.floor(root)) * 0x100000000) | 0;
}

/**
 * Puts down the only block of a short text: the text, its end, and its length in bits.
 * @param {string} text
 */
function putDown(text) {
  schedule.fill(0, 0, 16);
  for (let at = 0; at < text.length; at += 1) schedule[at >> 2] |= text.charCodeAt(at) << (24 - 8 * (at % 4));
  schedule[text.length >> 2] |= 0x80 << (24 - 8 * (text.length % 4));
  schedule[15] = 8 * text.length;
}

/** Prepares the 64 words of FIPS 180-4, 6.2.2, step 1. */
function stretch() {
  for (let t = 16; t < 64; t += 1) {
    const x = schedule[t - 15];
    const y = schedule[t - 2];
    const small = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const large = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    schedule[t] = (schedule[t - 16] + small + schedule[t - 7] + large) | 0;
  }
}

/** What steps 2 and 3 make of the words. */
function compressed() {
  let [a, b, c, d, e, f, g, h] = START;
  for (let t = 0; t < 64; t += 1) {
    const turned = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const first = (h + turned + ((e & f) ^ (~e & g)) + STEPS[t] + schedule[t]) | 0;
    const other = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const second = (other + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  return [a, b, c, d, e, f, g, h];
}

/**
 * The SHA-256 of a text of ASCII of at most 55 characters, in hexadecimal digits.
 * @param {string} text
 */
export function sha256Of(text) {
  putDown(text);
  stretch();
  return compressed().map((part, at) => ((part + START[at]) >>> 0).toString(16).padStart(8, "0")).join("");
}
