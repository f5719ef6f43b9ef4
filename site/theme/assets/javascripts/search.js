// @ts-check
/* The page of the search: what is typed is looked for in the index, which is fetched once.
   Without this script the page is the index of everything, and the search box of the home page still leads to it. */

import { make, one } from "./shared/dom.js";
import { excerpt, search, spans, termsOf } from "./search/ranking.js";

/** @typedef {import("./search/ranking.js").Indexed} Indexed */

const LIMIT = 200;
const tag = one(document, "script[data-index]");

/**
 * Text nodes and <mark>: nothing of the index is ever read as markup.
 * @param {Element} parent
 * @param {string} text
 * @param {string[]} terms
 */
function appendMarked(parent, text, terms) {
  let end = 0;
  spans(text, terms).forEach(([from, to]) => {
    if (from < end) return;
    parent.appendChild(document.createTextNode(text.slice(end, from)));
    parent.appendChild(make("mark", "", text.slice(from, to)));
    end = to;
  });
  parent.appendChild(document.createTextNode(text.slice(end)));
}

/**
 * @param {Indexed} entry
 * @param {string[]} terms
 */
function item(entry, terms) {
  const shown = make("li");
  const link = make("a");
  const text = make("p");
  link.href = tag.getAttribute("data-root") + entry.url;
  appendMarked(link, (entry.address ? `${entry.address} ` : "") + entry.title, terms);
  appendMarked(text, excerpt(entry.text, terms), terms);
  shown.appendChild(link);
  shown.appendChild(text);
  return shown;
}

/**
 * @param {string} query
 * @param {number} count
 */
function sentence(query, count) {
  if (!count) return `没有找到“${query}”。换一个短些的词，或者从下面的索引里找`;
  return `找到 ${count} 处“${query}”${count > LIMIT ? `，先列出前 ${LIMIT} 处` : ""}`;
}

/** @param {HTMLElement} form */
function placeHits(form) {
  const count = make("p", "count");
  const list = make("ol", "hits");
  count.setAttribute("aria-live", "polite");
  form.insertAdjacentElement("afterend", count);
  count.insertAdjacentElement("afterend", list);
  return { count, list };
}

/** @param {Indexed[]} index */
function start(index) {
  const form = one(document, "form.find");
  const input = /** @type {HTMLInputElement} */ (one(form, "input[name=q]"));
  const shown = placeHits(form);

  /** @param {string} query */
  function run(query) {
    const hits = search(index, query);
    shown.list.textContent = "";
    shown.count.textContent = query.trim() ? sentence(query.trim(), hits.length) : "";
    hits.slice(0, LIMIT).forEach((hit) => shown.list.appendChild(item(hit, termsOf(query))));
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    window.history.replaceState(null, "", `?q=${encodeURIComponent(input.value)}`);
    run(input.value);
  });
  input.value = new URLSearchParams(window.location.search).get("q") || "";
  run(input.value);
}

function fail() {
  const form = one(document, "form.find");
  if (form) placeHits(form).count.textContent = "查找用的索引没有载入。请刷新页面，或者从下面的索引里找";
}

document.addEventListener("DOMContentLoaded", async () => {
  try {
    const answer = await fetch(tag.getAttribute("data-index"));
    if (!answer.ok) throw new Error(String(answer.status));
    start(await answer.json());
  } catch (error) {
    fail();
  }
});
