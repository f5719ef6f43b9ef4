/* The rules of a form that need no page: which conditions hold for which row, gaps in texts, values by name, words of progress. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { applies, isRequired } from "../../site/theme/assets/javascripts/forms/conditions.js";
import { fill, messageOf } from "../../site/theme/assets/javascripts/forms/faults.js";
import { get, put, split } from "../../site/theme/assets/javascripts/forms/names.js";
import { progressSentence } from "../../site/theme/assets/javascripts/forms/progress-words.js";

const IS_BROKEN = { properties: { running: { const: "fault" } }, required: ["running"] };

const FORM = {
  nodes: {
    "list[*]": { k: "group", l: "数据库", lead: "running" },
    "list[*].running": { k: "choice", n: 2, l: "运行", m: {} },
    "list[*].note": { k: "text", n: 1, l: "情况", m: { required: { fault: 1, "": 0 } } },
    plain: { k: "text", n: 0, l: "备注", m: {} }
  },
  conditions: [
    { target: "list[*].note", effect: "required", scope: "list[*]", test: IS_BROKEN, holds: true },
    { target: "plain", effect: "applies", scope: "", test: { required: ["list"] }, holds: false }
  ],
  texts: ["请写{name}", "第 {row} 个{group}坏了，请写{name}{unknown}"],
  words: { all_done: "都好了", some_done: "{all}中{done}", all_open: "{all}都没有", to_mend: "，{count} 处要改" },
  parts: ["", "一部分", "两部分", "三部分"]
};

test("a condition is judged in the row that it is about", () => {
  const values = { list: [{ running: "good" }, { running: "fault" }] };
  assert.deepEqual([0, 1, 2].map((row) => isRequired(FORM, `list[${row}].note`, values)), [false, true, false]);
  assert.equal(isRequired(FORM, "list[2].running", values), true);
  assert.equal(isRequired(FORM, "plain", values), false);
});

test("a condition may say that something applies while another does not hold", () => {
  assert.deepEqual([{}, { list: [] }].map((values) => applies(FORM, "plain", values)), [true, false]);
  assert.equal(applies(FORM, "list[0].note", {}), true);
});

test("a message may depend on the first answer of its group; a gap that nobody fills stays", () => {
  const values = { list: [{ running: "good" }, { running: "fault" }] };
  assert.equal(messageOf(FORM, "list[0].note", ["required", {}], values), "请写情况");
  assert.equal(messageOf(FORM, "list[1].note", ["required", {}], values), "第 2 个数据库坏了，请写情况{unknown}");
  assert.equal(messageOf(FORM, "list[1].note", ["long", {}], values), "");
  assert.equal(messageOf(FORM, "list[1].note", null, values), "");
  assert.equal(fill("{count} {Count}", { count: 0 }), "0 {Count}");
});

test("values are put and found by their path", () => {
  const values = {};
  put(values, split("list[1].name"), "x");
  put(values, split("list[1].more"), undefined);
  put(values, split("list[0]"), {});
  assert.deepEqual(values, { list: [{}, { name: "x" }] });
  assert.equal(get(values, split("list[1].name")), "x");
  assert.equal(get(values, split("list[7].name")), undefined);
  assert.equal(get({ list: null }, split("list[0]")), undefined);
});

test("the sentence over the sections counts those that are done and have an answer", () => {
  const [open, done, idle, wrong] = [
    { missing: 1, given: 0, wrong: 0 }, { missing: 0, given: 2, wrong: 0 }, { missing: 0, given: 0, wrong: 0 }, { missing: 0, given: 1, wrong: 1 }
  ];
  assert.equal(progressSentence(FORM, [open, idle], 0), "两部分都没有");
  assert.equal(progressSentence(FORM, [open, done, idle], 0), "三部分中一部分");
  assert.equal(progressSentence(FORM, [done, wrong], 1), "两部分中一部分，1 处要改");
  assert.equal(progressSentence(FORM, [done, idle], 0), "都好了");
});
