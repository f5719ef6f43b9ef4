/* An upload over a line that breaks: what is asked, waited for, kept, and said; no clock, no network. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { begunUploads } from "../../site/theme/assets/javascripts/uploads/begun.js";
import { Blocked, failureOf, Lost, Refused } from "../../site/theme/assets/javascripts/uploads/failures.js";
import { PART, partSize, send, uploadAddress } from "../../site/theme/assets/javascripts/uploads/upload.js";
import { memory } from "./memory.js";

const ADDRESS = "https://example.gov.cn/api/attachments";
const AT = "annual-self-check  files.scans";

function fileOf(size) {
  const slice = (start, end) => new Blob([new Uint8Array(Math.min(end, size) - start)]);
  return { name: "盖章页.pdf", size, slice };
}

function digestsOf(count) {
  return { whole: "ab".repeat(32), parts: Array.from({ length: count }, (_, place) => String(place + 1).repeat(64)) };
}

/**
 * A service that answers as told: `fails` maps a call, such as "PUT 2", to what each of its tries meets before it goes well.
 * @param {Record<string, any[]>} [fails]
 * @param {{arrived?: number[], store?: Storage, hold?: boolean}} [more]
 */
function scene(fails = {}, more = {}) {
  const calls = [];
  const told = [];
  const sent = [];
  let onTheirWay = 0;
  let most = 0;
  const left = Object.fromEntries(Object.entries(fails).map(([call, failures]) => [call, failures.slice()]));
  const begun = begunUploads(() => more.store || memory());

  async function answer(what) {
    const path = what.url.replace(ADDRESS, "");
    const call = what.method === "PUT" ? `PUT ${path.slice(-1)}` : `${what.method} ${path}`;
    calls.push(call);
    sent.push(what);
    const failure = (left[call] || []).shift();
    if (what.method === "PUT") {
      onTheirWay += 1;
      most = Math.max(most, onTheirWay);
      await new Promise((resolve) => setImmediate(resolve));
      onTheirWay -= 1;
    }
    if (failure) throw failure;
    if (call === "POST ") return { id: "u1", token: "t1" };
    if (call === "GET /u1") return { arrived: more.arrived || [] };
    if (path.includes("/parts/")) return { method: "PUT", url: `/store/${path.slice(-1)}`, headers: { "x-part": "1" } };
    return { name: "盖章页.pdf", size: 1, sha256: "ab", voucher: "v" };
  }

  const line = {
    begun,
    ask: (what, open, moved) => {
      if (moved) moved(3);
      return answer(what);
    },
    pause: (seconds, go) => {
      if (!more.hold) setImmediate(go);
      return go;
    }
  };
  const hooks = {
    moved: () => {},
    waiting: (seconds, busy) => { told.push(`waiting ${seconds} ${busy}`); },
    checking: () => { told.push("checking"); }
  };
  return { calls, told, sent, begun, line, hooks, atOnce: () => most };
}

function sendOf({ line, hooks }, size) {
  return send(line, ADDRESS, fileOf(size), digestsOf(Math.ceil(size / PART)), AT, hooks);
}

test("a file of one part is announced, sent, completed, and then forgotten", async () => {
  const store = memory();
  const made = scene({}, { store });
  const answer = await sendOf(made, 100).done;
  assert.equal(answer.voucher, "v");
  assert.deepEqual(made.calls, ["POST ", "POST /u1/parts/1", "PUT 1", "POST /u1/completion"]);
  assert.deepEqual(made.told, ["checking"]);
  assert.deepEqual(JSON.parse(made.sent[0].body), { name: "盖章页.pdf", size: 100, sha256: "ab".repeat(32) });
  assert.equal(made.sent[1].headers.Authorization, "Bearer t1");
  assert.equal(made.sent[2].url, "https://example.gov.cn/store/1");
  assert.equal(made.sent[2].body.size, 100);
  assert.equal(store.length, 0);
});

test("parts are as long as they may be, and the last one is the rest", () => {
  assert.deepEqual([1, 2, 3].map((part) => partSize(2 * PART + 1, part)), [PART, PART, 1]);
  assert.equal(partSize(PART, 1), PART);
});

test("no more than two parts are on their way at once", async () => {
  const made = scene();
  await sendOf(made, 5 * PART).done;
  assert.equal(made.calls.filter((call) => call.startsWith("PUT")).length, 5);
  assert.equal(made.atOnce(), 2);
});

test("what has arrived is not sent again after a cut", async () => {
  const made = scene({ "PUT 2": [new Lost()] }, { arrived: [1] });
  await sendOf(made, 2 * PART).done;
  assert.deepEqual(made.calls.slice(-4), ["GET /u1", "POST /u1/parts/2", "PUT 2", "POST /u1/completion"]);
  assert.deepEqual(made.told, ["waiting 1 false", "checking"]);
});

test("a page that is loaded anew goes on with what it began", async () => {
  const store = memory();
  const made = scene({}, { store, arrived: [1] });
  made.begun.remember("ab".repeat(32), { id: "u1", token: "t1", name: "盖章页.pdf", size: 2 * PART, at: AT });
  await sendOf(made, 2 * PART).done;
  assert.deepEqual(made.calls, ["GET /u1", "POST /u1/parts/2", "PUT 2", "POST /u1/completion"]);
});

test("pauses grow, and are never shorter than the service asks; after the seventh it is given up, and can go on later", async () => {
  const store = memory();
  const lost = Array.from({ length: 8 }, () => new Lost());
  lost[2] = new Lost(90, "请等一等");
  const made = scene({ "POST /u1/completion": lost }, { store, arrived: [1] });
  await assert.rejects(sendOf(made, 100).done, (error) => error === lost[7]);
  const waits = made.told.filter((words) => words !== "checking");
  assert.deepEqual(waits, [1, 2, 90, 8, 15, 30, 60].map((seconds) => `waiting ${seconds} ${seconds === 90}`));
  assert.equal(store.length, 1);
});

test("who is asked to wait longer than ninety seconds is told at once", async () => {
  const busy = new Lost(91, "请等一等");
  const made = scene({ "POST ": [busy] });
  await assert.rejects(sendOf(made, 100).done, (error) => error === busy);
  assert.deepEqual(made.told, []);
});

test("what the service refuses is not tried again, and is forgotten", async () => {
  const store = memory();
  const no = new Refused(422, "内容不是这里收的格式");
  const made = scene({ "POST /u1/completion": [no] }, { store });
  await assert.rejects(sendOf(made, 100).done, (error) => error === no);
  assert.equal(store.length, 0);
});

test("a pass that has run out is asked for anew, once", async () => {
  const late = new Refused(401, "请重新开始");
  const made = scene({ "POST /u1/parts/1": [late] });
  await sendOf(made, 100).done;
  assert.equal(made.calls.filter((call) => call === "POST ").length, 2);
  const twice = scene({ "POST /u1/parts/1": [late, late] });
  await assert.rejects(sendOf(twice, 100).done, (error) => error === late);
});

test("a store that refuses a part is asked again: it was changed on its way, or its ticket was too old", async () => {
  const made = scene({ "PUT 1": [new Refused(403, "")] });
  await sendOf(made, 100).done;
  assert.equal(made.calls.filter((call) => call === "PUT 1").length, 2);
});

for (const [status, words] of [[405, /不让用这种方式上传（405）/], [413, /不收这么大的内容（413）/], [501, /501/]]) {
  test(`a proxy that answers a part with ${status} is told of at once, and not tried again`, async () => {
    const made = scene({ "PUT 1": [failureOf(status, "<html>", null)] });
    await assert.rejects(sendOf(made, 100).done, (error) => error instanceof Blocked && words.test(error.words));
    assert.deepEqual(made.told, []);
    assert.equal(made.calls.filter((call) => call === "PUT 1").length, 1);
  });
}

test("a part that is refused each time is a refusal, and no broken line", async () => {
  const made = scene({ "PUT 1": Array.from({ length: 8 }, () => new Refused(403, "没有收下")) });
  await assert.rejects(sendOf(made, 100).done, (error) => error instanceof Blocked && error.status === 403);
  assert.deepEqual(made.told, ["waiting 1 true", "waiting 2 true"]);
});

test("the service's own refusal of a size has its own words", () => {
  const told = failureOf(413, JSON.stringify({ detail: "超过 50 MB" }), null);
  assert.ok(!(told instanceof Blocked));
  assert.equal(told.words, "超过 50 MB");
});

test("what is cancelled is taken back at the service and forgotten; nothing more is sent", async () => {
  const store = memory();
  const made = scene({ "PUT 1": [new Lost()] }, { store, hold: true });
  const sending = sendOf(made, 100);
  while (!made.told.length) await new Promise((resolve) => setImmediate(resolve));
  sending.cancel();
  assert.equal(made.calls.at(-1), "DELETE /u1");
  assert.equal(store.length, 0);
  const count = made.calls.length;
  sending.hurry();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(made.calls.length, count);
});

test("who will not wait goes on at once", async () => {
  const made = scene({ "PUT 1": [new Lost()] }, { hold: true });
  const sending = sendOf(made, 100);
  while (!made.told.length) await new Promise((resolve) => setImmediate(resolve));
  sending.hurry();
  assert.equal((await sending.done).voucher, "v");
});

test("a browser that keeps nothing sends all the same", async () => {
  const made = scene();
  made.line.begun = begunUploads(() => { throw new Error("refused"); });
  assert.equal((await sendOf(made, 100).done).voucher, "v");
});

test("what an answer means: 408, 409, 429, 5xx and none may be mended, all else not", () => {
  const again = [0, 408, 409, 429, 500, 503, 599].map((status) => failureOf(status, "", null));
  assert.ok(again.every((failure) => failure instanceof Lost));
  assert.deepEqual(again.map((failure) => failure.busy), [false, true, true, true, true, true, true]);
  assert.ok([400, 401, 403, 404, 405, 407, 410, 413, 422, 428, 499].every((status) => failureOf(status, "", null) instanceof Refused));
  const told = failureOf(429, JSON.stringify({ detail: "请等一等" }), "7");
  assert.deepEqual([told.words, (told).seconds], ["请等一等", 7]);
  assert.equal(failureOf(403, "<html>", null).words, "这个文件没有收下。请换一个文件");
});

test("files go beside where the form is posted to, and only to the page's own origin", () => {
  const own = "https://example.gov.cn";
  const paths = ["/forms/annual-self-check", "/daj/forms/a", "/track/SX-1/correct", "/desk/records/a"];
  assert.deepEqual(paths.map((path) => uploadAddress(own + path, own)), [
    `${own}/api/attachments`, `${own}/daj/api/attachments`, `${own}/api/attachments`, `${own}/api/attachments`
  ]);
  assert.equal(uploadAddress(`${own}/search/`, own), "");
  assert.equal(uploadAddress("https://example.com/forms/a", own), "");
});
