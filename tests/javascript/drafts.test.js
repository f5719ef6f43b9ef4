/* Drafts: what is kept and found again, what is no draft, how many rows it brings, and the words about it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { byName, isPairs, momentWords, readDraft, rowsIn, wordsForLeft } from "../../site/theme/assets/javascripts/forms/draft-data.js";
import { draftStore } from "../../site/theme/assets/javascripts/forms/draft-store.js";
import { memory } from "./memory.js";

function draftOf(form, digest, saved) {
  return { kind: "qingdan-draft", form, title: "表", digest, saved, values: [["unit.unit_name", "示例县第一中学"]] };
}

test("the draft of this edition of the form is found first, else the latest of an older one", () => {
  const drafts = draftStore(memory);
  assert.equal(drafts.latest("a", "d1"), undefined);
  const store = memory();
  const kept = draftStore(() => store);
  kept.keep(draftOf("a", "d1", "2026-01-01T00:00:00.000Z"));
  kept.keep(draftOf("a", "d2", "2026-02-01T00:00:00.000Z"));
  kept.keep(draftOf("a-b", "d9", "2026-03-01T00:00:00.000Z"));
  assert.equal(kept.latest("a", "d1").digest, "d1");
  assert.equal(kept.latest("a", "d3").digest, "d2");
});

test("a form that was filed leaves no draft, and another form's stays", () => {
  const store = memory();
  const drafts = draftStore(() => store);
  ["d1", "d2"].forEach((digest) => drafts.keep(draftOf("a", digest, "")));
  drafts.keep(draftOf("a-b", "d1", ""));
  drafts.forget("a");
  assert.deepEqual(Object.keys(store), ["qingdan:draft:a-b:d1"]);
});

test("a browser that keeps nothing, or what is broken, is no fault of the form", () => {
  const refusing = draftStore(() => { throw new Error("refused"); });
  refusing.keep(draftOf("a", "d1", ""));
  refusing.forget("a");
  assert.equal(refusing.latest("a", "d1"), undefined);
  const store = memory();
  store.setItem("qingdan:draft:a:d1", "{");
  assert.equal(draftStore(() => store).latest("a", "d1"), undefined);
});

test("a file is a draft when it says so and holds names with values", () => {
  const draft = draftOf("a", "d1", "");
  assert.deepEqual(readDraft(JSON.stringify(draft)), draft);
  assert.deepEqual(readDraft(`\ufeff${JSON.stringify(draft)}`), draft);
  for (const text of ["", "{", "null", "[]", "{}", JSON.stringify({ kind: "qingdan-draft", values: "x" })]) assert.equal(readDraft(text), null);
  assert.equal(readDraft(JSON.stringify({ ...draft, kind: "other" })), null);
  assert.deepEqual([[], [["a", "b"]]].map(isPairs), [true, true]);
  assert.deepEqual([null, {}, [["a"]], [["a", 1]], [["a", "b", "c"]]].map(isPairs), [false, false, false, false, false]);
});

test("values of one name stay in their order, under any name", () => {
  const typed = byName([["a", "1"], ["__proto__", "x"], ["a", "2\r\n3\r4"]]);
  assert.deepEqual([typed.a, Object.keys(typed)], [["1", "2\n3\n4"], ["a", "__proto__"]]);
});

test("a draft brings as many rows as it has, up to the most", () => {
  const values = [["list[0]", ""], ["list[2].name", "x"], ["lists[8]", ""], ["other", "x"]];
  assert.equal(rowsIn(values, "list", 100), 3);
  assert.equal(rowsIn([["list[99].name", "x"]], "list", 100), 100);
  assert.equal(rowsIn([["list[999999].name", "x"]], "list", 100), 100);
  assert.equal(rowsIn([], "list", 100), 0);
});

test("of what has no place at most five are named, long ones shortened", () => {
  assert.equal(wordsForLeft(["甲"]), "有 1 个答案在这张表里没有地方放，没有填进来：“甲”。");
  assert.match(wordsForLeft(["1", "2", "3", "4", "5"]), /“5”。$/);
  assert.match(wordsForLeft(["1", "2", "3", "4", "5", "6"]), /“5”等。$/);
  assert.match(wordsForLeft(["字".repeat(20)]), /“字{20}”/);
  assert.match(wordsForLeft(["字".repeat(21)]), /“字{20}…”/);
});

test("a moment that is none has no words", () => {
  assert.equal(momentWords("2026-03-01T09:05:00"), "2026 年 3 月 1 日 9:05");
  assert.equal(momentWords("<b>"), "");
});
