/* The task of a proof of work: the digest is node's own, and the number that solves it is found. */

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { solution } from "../../site/theme/assets/javascripts/forms/task.js";
import { sha256Of } from "../../site/theme/assets/javascripts/shared/sha256.js";

const SALT = "0123456789abcdef01234567?expires=1790000000&";

function digestOf(text) {
  return createHash("sha256").update(text).digest("hex");
}

function taskOf(number, maxnumber) {
  return { algorithm: "SHA-256", challenge: digestOf(`${SALT}${number}`), maxnumber, salt: SALT, signature: "ab" };
}

test("the digest of every length that fits one block is right", () => {
  for (let length = 0; length <= 55; length += 1) {
    const text = "abcdefghijklmnopqrstuvwxyz".repeat(3).slice(0, length);
    assert.equal(sha256Of(text), digestOf(text), `${length} characters`);
  }
});

test("the number is sent with the task, and the page rests now and then", async () => {
  let rests = 0;
  const sent = await solution(taskOf(5000, 6000), async () => { rests += 1; });
  assert.deepEqual(JSON.parse(atob(sent)), { number: 5000, ...taskOf(5000, 6000) });
  assert.equal(rests, 2);
});

test("the last number is tried, and none beyond", async () => {
  assert.notEqual(await solution(taskOf(70, 70), async () => {}), "");
  assert.equal(await solution(taskOf(71, 70), async () => {}), "");
});
