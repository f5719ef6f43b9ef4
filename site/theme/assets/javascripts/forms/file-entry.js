// @ts-check
/* One file of a list: how it is shown while it travels and after; decides nothing. */

import { make } from "../shared/dom.js";

/**
 * @typedef {object} Entry
 * @property {string} name
 * @property {number} size
 * @property {"reading" | "sending" | "waiting" | "checking" | "done" | "lost" | "failed" | "refused"} state
 * @property {File} [source]
 * @property {string} [words] why it was refused or has failed
 * @property {string} [why] what is waited for
 * @property {number} [moved]
 * @property {string} [digest]
 * @property {import("../uploads/vouchers.js").NamedFile} [file] what has arrived
 * @property {string} [voucher]
 * @property {ReturnType<typeof import("../uploads/upload.js").send>} [sending]
 * @property {HTMLLIElement} [item]
 * @property {HTMLProgressElement} [bar]
 * @property {HTMLSpanElement} [mark]
 * @property {HTMLButtonElement} [again]
 * @property {HTMLButtonElement} [remove]
 */

/** @typedef {Record<"again" | "remove", (list: import("./file-lists.js").FileList, entry: Entry) => void>} Press */

/**
 * @param {string} name
 * @param {string} value
 */
export function hiddenInput(name, value) {
  return Object.assign(make("input"), { type: "hidden", name, value });
}

/** @param {number} size */
export function sizeWords(size) {
  const units = ["KB", "MB", "GB"];
  if (size < 1024) return `${size} 字节`;
  for (size /= 1024; size >= 1023.95 && units.length > 1; size /= 1024) units.shift();
  return `${size.toFixed(1).replace(".0", "")} ${units[0]}`;
}

/** @param {Entry} entry */
export function isActive(entry) {
  return ["reading", "sending", "waiting", "checking"].indexOf(entry.state) >= 0;
}

/** @param {{name: string}} file */
export function quoted(file) {
  return `“${file.name}”`;
}

/**
 * One line of the list, in whatever state; all that is in it but the name is drawn by `draw`.
 * @param {import("./file-lists.js").FileList} list
 * @param {Entry} entry
 * @param {Press} press
 */
export function addEntry(list, entry, press) {
  entry.item = make("li");
  entry.bar = Object.assign(make("progress"), { max: entry.size });
  entry.bar.setAttribute("aria-label", `${quoted(entry)}上传进度`);
  entry.mark = make("span", "st");
  entry.again = Object.assign(make("button", "btn btn--second btn--small"), { type: "button" });
  entry.again.addEventListener("click", () => press.again(list, entry));
  entry.remove = Object.assign(make("button", "btn btn--warn btn--small"), { type: "button" });
  entry.remove.addEventListener("click", () => press.remove(list, entry));
  [
    make("span", "name", entry.name), make("span", "quiet", sizeWords(entry.size)),
    entry.bar, entry.mark, entry.again, entry.remove
  ].forEach((child) => entry.item.appendChild(child));
  list.element.appendChild(entry.item);
  list.element.hidden = false;
  list.entries.push(entry);
  draw(entry);
}

/**
 * @param {HTMLButtonElement} button
 * @param {string} words
 * @param {Entry} entry
 */
function label(button, words, entry) {
  button.textContent = words;
  button.appendChild(make("span", "vh", entry.name));
}

/** @param {Entry} entry */
function draw(entry) {
  /** @type {Record<string, string>} */
  const words = {
    reading: "正在读取", sending: `正在上传 ${sizeWords(entry.moved || 0)}`, checking: "正在核对",
    waiting: entry.why, done: "已传好", lost: "没有传完，请再选一次这个文件，会接着传"
  };
  const active = isActive(entry);
  entry.bar.hidden = !active;
  entry.bar.value = entry.moved || 0;
  entry.mark.className = `st ${entry.state === "done" ? "st--ok" : active ? "st--wait" : "st--over"}`;
  entry.mark.textContent = words[entry.state] || entry.words;
  entry.again.hidden = !(entry.state === "failed" || entry.state === "waiting");
  label(entry.again, entry.state === "waiting" ? "马上重试" : "重试", entry);
  label(entry.remove, active ? "取消" : "移除", entry);
}

/**
 * @param {Entry} entry
 * @param {Entry["state"]} state
 */
export function settle(entry, state) {
  entry.state = state;
  draw(entry);
}
