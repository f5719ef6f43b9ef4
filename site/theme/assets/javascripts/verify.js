// @ts-check
/* Verifies a receipt in this browser: the published keys are all that is fetched, from this site alone, and the receipt
   goes nowhere. What stands behind # in an address is never sent to a server. Without this script the page says how else. */

import { make, one } from "./shared/dom.js";
import { checkReceipt, receiptIn } from "./verify/receipt.js";
import { factsOf } from "./verify/wording.js";

const LARGEST = 1024 * 1024;

/** @typedef {{title: string, words: string}} Refusal why a receipt is not, or cannot be, found genuine here */

const FORGED = { title: "核对不上", words: "这份回执的内容被改动过，或者不是本局签发的。请用原来的回执文件再试一次。" };
const NONE = { title: "没有找到回执", words: "里面没有以 eyJ 开头的一长串。请选下载的 .jws 文件，或者把整串都粘贴进来。" };
const UNSAFE = { title: "这里不能核验", words: "网址没有加密，浏览器不提供核对签名的功能。请用 https 打开这一页，或者用命令核验。" };
const ELSEWHERE = {
  title: "这里不能核验",
  words: "本局的公钥在另一个网址上，为了不向别处发出请求，这一页没有去取。请到办理填报的网址打开“核验回执”。"
};
const OFFLINE = { title: "还没有核验", words: "公钥没有取到，现在判断不了。请检查网络，再按一次“核验”。" };

/** @type {HTMLElement} */
let place;

/** @type {Record<string, string>} */
let titles;

let turn = 0;

/** The published keys, or why they are not to be had: fails with a Refusal. */
async function fetchKeys() {
  const address = new URL(place.dataset.keys, document.baseURI);
  if (address.origin !== location.origin) throw ELSEWHERE;
  try {
    const answer = await fetch(address.href, { credentials: "omit" });
    if (!answer.ok) throw OFFLINE;
    return await answer.json();
  } catch (unreached) {
    throw OFFLINE;
  }
}

/** @param {import("./verify/wording.js").Fact[]} facts */
function slip(facts) {
  const list = make("dl", "slip");
  facts.forEach(({ label, value, wide, code }) => {
    const box = make("div", wide);
    const shown = make("dd");
    shown.appendChild(make("span", code ? "code" : "", value));
    box.appendChild(make("dt", "", label));
    box.appendChild(shown);
    list.appendChild(box);
  });
  return list;
}

/**
 * @param {string} kind
 * @param {string} title
 * @param {string} words
 * @param {Element} [list]
 */
function show(kind, title, words, list) {
  const answer = one(place, "[data-answer]");
  const box = make("div", `say ${kind}`);
  box.appendChild(make("b", "", title));
  box.appendChild(make("p", "", words));
  answer.textContent = "";
  answer.appendChild(box);
  if (list) answer.appendChild(list);
  answer.focus();
}

/**
 * What a text's receipt says; fails with a Refusal.
 * @param {string} text
 */
async function readReceipt(text) {
  const token = receiptIn(text);
  if (!token) throw NONE;
  if (!window.crypto || !crypto.subtle) throw UNSAFE;
  const jwks = await fetchKeys();
  try {
    return await checkReceipt(token, jwks);
  } catch (forged) {
    throw FORGED;
  }
}

/**
 * Shows what a text's receipt says; what was asked before is not shown any more.
 * @param {string} text
 */
async function verify(text) {
  turn += 1;
  const mine = turn;
  try {
    const { payload, kid } = await readReceipt(text);
    if (mine !== turn) return;
    const words = "下面是回执上写的内容，时间为北京时间。请和您手里的核对。";
    show("say--done", "对得上：是本局签发的，没有改动过", words, slip(factsOf(payload, kid, titles)));
  } catch (refusal) {
    if (mine !== turn) return;
    show(refusal === FORGED ? "say--stop" : "say--warn", refusal.title, refusal.words);
  }
}

/** @param {File | undefined} file */
function readFile(file) {
  if (!file) return;
  if (file.size > LARGEST) {
    verify("");
    return;
  }
  const reader = new FileReader();
  reader.onload = () => verify(String(reader.result));
  reader.onerror = () => verify("");
  reader.readAsText(file);
}

function readAddress() {
  if (location.hash.length > 1 && receiptIn(location.hash)) verify(location.hash.slice(1));
}

/** @param {HTMLElement} form */
function listen(form) {
  const file = /** @type {HTMLInputElement} */ (one(form, "[type=file]"));
  const text = /** @type {HTMLTextAreaElement} */ (one(form, "textarea"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (text.value.trim() || !file.files.length) verify(text.value);
    else readFile(file.files[0]);
  });
  file.addEventListener("change", () => readFile(file.files[0]));
  /* The whole page takes a file that is dropped: beside the frame, a browser would open it in place of the page. */
  window.addEventListener("dragover", (event) => event.preventDefault());
  window.addEventListener("drop", (event) => {
    event.preventDefault();
    readFile(event.dataTransfer.files[0]);
  });
  window.addEventListener("hashchange", readAddress);
}

document.addEventListener("DOMContentLoaded", () => {
  place = document.getElementById("verify");
  if (!place) return;
  titles = JSON.parse(place.dataset.forms);
  const form = one(place, "[data-form]");
  one(place, "[data-plain]").hidden = true;
  form.hidden = false;
  listen(form);
  readAddress();
});
