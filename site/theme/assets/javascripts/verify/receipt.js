// @ts-check
/* Checks a receipt, a JSON web signature in ES256, against published keys; knows no page and fetches nothing. */

const RUN = /[A-Za-z0-9_.-]+/g;
const SHORTEST = [10, 10, 80];

/* Half the order of P-256. Whoever has a signature (r, s) can write (r, order - s), which is as right: ours is the low one. */
const HIGHEST = "7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8";

/** @typedef {{keys: {kid: string, x: string, y: string}[]}} KeySet */
/** @typedef {Record<string, string | undefined> & {number: string}} Payload what a receipt says, see functions/records/receipt.py */

/** What is not this bureau's receipt, or was changed. */
export class Forged {}

/** @param {string} text */
function bytes(text) {
  return Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
}

/**
 * One value has one spelling, so that no receipt has two.
 * @param {string} text
 */
function decode(text) {
  const found = bytes(text);
  const again = btoa(String.fromCharCode(...found)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  if (again !== text) throw new Forged();
  return found;
}

/**
 * Receipts from before the header said so have either form.
 * @param {Record<string, string | undefined>} head
 * @param {Uint8Array} signature
 */
function isOtherForm(head, signature) {
  const s = Array.from(signature.slice(32), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return head.s !== undefined && s > HIGHEST;
}

/** @param {string} part */
function readPart(part) {
  return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(decode(part)));
}

/**
 * @param {string} kid
 * @param {KeySet} jwks
 */
function keyFor(kid, jwks) {
  const found = jwks.keys.filter((key) => key.kid === kid)[0];
  if (!found) throw new Forged();
  const jwk = { kty: "EC", crv: "P-256", x: found.x, y: found.y };
  return crypto.subtle.importKey("jwk", jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
}

/**
 * @param {string} token
 * @param {KeySet} jwks
 * @returns {Promise<{payload: Payload, kid: string}>}
 */
async function readSigned(token, jwks) {
  const parts = token.split(".");
  const head = readPart(parts[0]);
  const payload = readPart(parts[1]);
  const signature = decode(parts[2]);
  if (head.alg !== "ES256" || typeof payload.number !== "string" || isOtherForm(head, signature)) throw new Forged();
  const signed = new TextEncoder().encode(`${parts[0]}.${parts[1]}`);
  const key = await keyFor(head.kid, jwks);
  if (!(await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, signed))) throw new Forged();
  return { payload, kid: head.kid };
}

/**
 * What a receipt says, and the key that signed it; fails with Forged for whatever is not genuine.
 * @param {string} token
 * @param {KeySet} jwks
 */
export async function checkReceipt(token, jwks) {
  try {
    return await readSigned(token, jwks);
  } catch (unreadable) {
    throw new Forged();
  }
}

/**
 * The first receipt in a text, in time that grows with its length alone; "" when there is none. One regular expression
 * for all three parts would try anew at each letter of a long run of letters.
 * @param {string} text
 */
export function receiptIn(text) {
  for (const run of text.match(RUN) || []) {
    const parts = run.split(".");
    for (let at = 0; at + 2 < parts.length; at += 1) {
      if (SHORTEST.every((least, place) => parts[at + place].length >= least)) return parts.slice(at, at + 3).join(".");
    }
  }
  return "";
}
