/* The search: every word has to stand there, headings come first, and what is found is shown where it stands. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { excerpt, search, spans, termsOf } from "../../site/theme/assets/javascripts/search/ranking.js";

function entry(title, text, address = "") {
  return { title, text, address, url: "#" };
}

const INDEX = [entry("监督检查", "对档案工作进行检查"), entry("检查档案", "法律", "丙一"), entry("服务", "ＡＢＣ 档案 查阅")];

function titles(query) {
  return search(INDEX, query).map((found) => found.title);
}

test("all words have to be found, those in a heading come first, else the index's order holds", () => {
  assert.deepEqual(titles("档案"), ["检查档案", "监督检查", "服务"]);
  assert.deepEqual(titles("检查 档案"), ["检查档案", "监督检查"]);
  assert.deepEqual(titles("丙一"), ["检查档案"]);
  assert.deepEqual(titles("没有"), []);
  assert.deepEqual(titles("  "), []);
});

test("full-width letters, capitals and spaces make no difference", () => {
  assert.deepEqual(titles("abc档案"), ["服务"]);
  assert.deepEqual(termsOf(" ＡＢ  c\u3000d "), ["ab", "c", "d"]);
  assert.deepEqual(termsOf("档\u200e案\ufeff \u200b"), ["档案"]);
});

test("a word is marked where it stands in the original, whatever its width", () => {
  assert.deepEqual(spans("Ａ b Ｃ", ["bc"]), [[2, 5]]);
  assert.deepEqual(spans("𠮷野家的𠮷", ["𠮷"]), [[0, 1], [5, 6]]);
  assert.deepEqual(spans("aaa", ["aa"]), [[0, 2]]);
});

test("an excerpt begins a little before the first word, and says where it was cut", () => {
  assert.equal(excerpt("短", ["短"]), "短");
  const long = `${"前".repeat(37)}词${"后".repeat(200)}`;
  assert.equal(excerpt(long, ["词"]), `…${"前".repeat(36)}词${"后".repeat(107)}…`);
  assert.equal(excerpt(`${"前".repeat(36)}词`, ["词"]), `${"前".repeat(36)}词`);
});
