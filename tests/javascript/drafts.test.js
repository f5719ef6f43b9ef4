/* Drafts: what is kept and found again, what is no draft, how many rows it brings, and the words about it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { ageWords, byName, isPairs, momentWords, readDraft, rowsIn, wordsForLeft } from "../../site/theme/assets/javascripts/forms/draft-data.js";
import { draftStore } from "../../site/theme/assets/javascripts/forms/draft-store.js";
import { memory } from "./memory.js";

function draftOf(form, digest, saved) {
  return { kind: "qingdan-draft", form, title: "表", digest, saved, values: [["unit.unit_name", "示例县第一中学"]] };
}

const DAY = 24 * 60 * 60 * 1000;
const NOON = Date.parse("2026-03-08T12:00:00.000Z");

/** The drafts of one tab of a browser that keeps them in `store`. */
function tabOf(store, name, session = memory()) {
  let made = 0;
  return draftStore(() => store, () => session, () => `${name}${made += 1}`);
}

test("each tab keeps its own draft, and filing one leaves the other", () => {
  const store = memory();
  const [one, other] = [tabOf(store, "one"), tabOf(store, "other")];
  one.keep(draftOf("a", "d1", "2026-03-08T11:00:00.000Z"));
  other.keep(draftOf("a", "d1", "2026-03-08T11:30:00.000Z"));
  assert.equal(one.keep(draftOf("a", "d1", "2026-03-08T11:10:00.000Z")), true);
  assert.deepEqual(Object.keys(store), ["qingdan:draft:a:one1", "qingdan:draft:a:other1"]);
  assert.equal(one.newest("a", NOON).key, "qingdan:draft:a:other1");
  one.forgetOwn("a");
  assert.deepEqual(Object.keys(store), ["qingdan:draft:a:other1"]);
});

test("a tab knows its draft on its next page, and begins another when the form is opened anew", () => {
  const [store, session] = [memory(), memory()];
  tabOf(store, "form", session).keep(draftOf("a", "d1", "2026-03-08T11:00:00.000Z"));
  tabOf(store, "receipt", session).forgetOwn("a");
  assert.deepEqual(Object.keys(store), []);
  const again = tabOf(store, "again", session);
  again.keep(draftOf("a", "d1", "2026-03-08T11:00:00.000Z"));
  again.begin("a");
  again.keep(draftOf("a", "d1", "2026-03-08T11:30:00.000Z"));
  assert.equal(Object.keys(store).length, 2);
});

test("the newest draft is offered, whatever edition of the form it is of, and no other form's", () => {
  const store = memory();
  assert.equal(tabOf(store, "x").newest("a", NOON), undefined);
  tabOf(store, "one").keep(draftOf("a", "d2", "2026-03-08T11:30:00.000Z"));
  tabOf(store, "two").keep(draftOf("a", "d1", "2026-03-08T11:00:00.000Z"));
  tabOf(store, "three").keep(draftOf("a-b", "d9", "2026-03-08T11:59:00.000Z"));
  assert.equal(tabOf(store, "x").newest("a", NOON).draft.digest, "d2");
});

test("a draft of an earlier release is offered too", () => {
  const store = memory();
  store.setItem(`qingdan:draft:a:${"d".repeat(64)}`, JSON.stringify(draftOf("a", "d1", "2026-03-08T11:00:00.000Z")));
  assert.equal(tabOf(store, "x").newest("a", NOON).draft.digest, "d1");
});

test("a draft lives for seven days, and then nothing of it is left", () => {
  const store = memory();
  const drafts = tabOf(store, "x");
  drafts.keep(draftOf("a", "d1", new Date(NOON - 7 * DAY + 1).toISOString()));
  assert.equal(drafts.newest("a", NOON).key, "qingdan:draft:a:x1");
  assert.equal(drafts.newest("a", NOON + 1), undefined);
  assert.deepEqual(Object.keys(store), []);
});

test("a browser that keeps nothing, or what is broken, is no fault of the form", () => {
  const refuse = () => { throw new Error("refused"); };
  const refusing = draftStore(refuse, refuse, () => "x");
  assert.equal(refusing.keep(draftOf("a", "d1", "")), false);
  refusing.forgetOwn("a");
  refusing.begin("a");
  assert.equal(refusing.newest("a", NOON), undefined);
  const store = memory();
  store.setItem("qingdan:draft:a:d1", "{");
  store.setItem("qingdan:draft:a:d2", JSON.stringify({ ...draftOf("a", "d1", "2026-03-08T11:00:00.000Z"), values: "x" }));
  store.setItem("qingdan:draft:a:d3", JSON.stringify(draftOf("a", "d1", "<b>")));
  assert.equal(tabOf(store, "x").newest("a", NOON), undefined);
  assert.deepEqual(Object.keys(store), []);
  const deaf = draftStore(() => store, refuse, () => "deaf");
  deaf.keep(draftOf("a", "d1", "2026-03-08T11:00:00.000Z"));
  deaf.forgetOwn("a");
  assert.deepEqual(Object.keys(store), []);
});

test("how long ago a draft was saved", () => {
  const ages = [[-DAY, "刚才"], [0, "刚才"], [60000 - 1, "刚才"], [60000, "1 分钟前"], [3600000 - 1, "59 分钟前"],
    [3600000, "1 小时前"], [DAY - 1, "23 小时前"], [DAY, "1 天前"], [7 * DAY - 1, "6 天前"]];
  for (const [age, words] of ages) assert.equal(ageWords(new Date(NOON - age).toISOString(), NOON), words);
  assert.equal(ageWords("<b>", NOON), "");
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
