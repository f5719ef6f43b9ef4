/* What is shown of a receipt, and where one is found in a text; whether it is genuine is asked in test_agreement.py. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { receiptIn } from "../../site/theme/assets/javascripts/verify/receipt.js";
import { factsOf } from "../../site/theme/assets/javascripts/verify/wording.js";

const TOKEN = `${"a".repeat(10)}.${"b".repeat(10)}.${"c".repeat(80)}`;

function shown(more) {
  const payload = { number: "SX-2026-0001", form: "a", submitted_at: "2026-09-17T16:00:05Z", ...more };
  return Object.fromEntries(factsOf(payload, "k1", { a: "自查报告" }).map(({ label, value }) => [label, value]));
}

test("a receipt is found in whatever is around it, and half of one is none", () => {
  assert.equal(receiptIn(`回执：\n${TOKEN}\n`), TOKEN);
  assert.equal(receiptIn(TOKEN.slice(0, -1)), "");
  assert.equal(receiptIn(""), "");
});

test("times are Beijing's, and what is not there is not shown", () => {
  assert.deepEqual(shown({}), { 编号: "SX-2026-0001", 表: "自查报告", 收到时间: "2026年9月18日 00:00:05", "签名用的密钥": "k1" });
  assert.equal(shown({ submitted_at: "<b>" })["收到时间"], "<b>");
});

test("year, deadline, timeliness and digest are written for people", () => {
  const facts = shown({ period: "2026", due: "2026-09-30", timeliness: "late", digest: "ab".repeat(8), unit_name: "示例县第一中学" });
  assert.equal(facts["表"], "2026 年度自查报告");
  assert.deepEqual([facts["截止日期"], facts["是否按期"]], ["2026年9月30日", "延报"]);
  assert.equal(facts["内容指纹（SHA-256）"], "abababab abababab");
  assert.equal(shown({ form: "unknown" })["表"], "unknown");
});

test("a correction has both times and its version, a paper filing both days", () => {
  const corrected = shown({ corrected_at: "2026-09-18T00:00:00Z", version: 2 });
  assert.deepEqual([corrected["第一次收到"], corrected["版本"]], ["2026年9月18日 00:00:05", "第 2 版"]);
  const paper = shown({ received_on: "2026-09-17" });
  assert.deepEqual([paper["收到日期（纸质件）"], paper["录入时间"]], ["2026年9月17日", "2026年9月18日 00:00:05"]);
});

test("a long run that is no receipt is read once: as one expression it would take minutes", () => {
  for (const run of ["a".repeat(1_000_000), "a.".repeat(500_000), `${"a".repeat(10)}.`.repeat(90_000)]) {
    assert.equal(receiptIn(run), "");
    assert.equal(receiptIn(`${run} ${TOKEN}`), TOKEN);
  }
});
