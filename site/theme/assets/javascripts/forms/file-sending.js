// @ts-check
/* Sends the files of a field, and shows how each travels; which files there are is for files.js. */

import { begunUploads } from "../uploads/begun.js";
import { all } from "../shared/dom.js";
import { Blocked } from "../uploads/failures.js";
import { ask, digestsOf, pause } from "../uploads/line.js";
import { PART, send } from "../uploads/upload.js";
import { isCurrent, nameText } from "../uploads/vouchers.js";
import { keepDraft } from "./draft-keeping.js";
import { addEntry, hiddenInput, isActive, quoted, settle } from "./file-entry.js";
import { firstOpen } from "./file-lists.js";
import { showMessage } from "./messages.js";
import { refresh } from "./refresh.js";

/** @typedef {import("./file-entry.js").Entry} Entry */
/** @typedef {import("./file-lists.js").FileList} FileList */
/** @typedef {import("../uploads/vouchers.js").NamedFile} NamedFile */

const PRESS = { again: retry, remove: removeEntry };

/** What was begun in this window and has not arrived. */
export const begun = begunUploads(() => window.sessionStorage);

/**
 * Adds a line for a file, with its buttons.
 * @param {FileList} list
 * @param {Entry} entry
 */
export function addFile(list, entry) {
  addEntry(list, entry, PRESS);
}

/**
 * @param {FileList} list
 * @param {string} words
 */
export function say(list, words) {
  list.status.textContent = words;
}

/**
 * Writes the hidden values with which the form names the file, and proves that it has arrived.
 * @param {FileList} list
 * @param {Entry} entry
 * @param {NamedFile} file
 * @param {string} voucher
 */
export function nameFile(list, entry, file, voucher) {
  entry.file = file;
  entry.voucher = voucher;
  entry.item.appendChild(hiddenInput(list.name, nameText(file)));
  if (voucher) entry.item.appendChild(hiddenInput("voucher", voucher));
  settle(entry, "done");
}

/** @param {FileList} list */
function filesChanged(list) {
  if (list.held && !firstOpen(list)) {
    showMessage(list.wrapper, "");
    list.held = false;
  }
  refresh();
  keepDraft();
}

/**
 * @param {FileList} list
 * @param {Entry} entry
 * @param {NamedFile & {voucher: string, waiting: boolean}} told
 */
function arrive(list, entry, told) {
  nameFile(list, entry, { name: told.name, size: told.size, sha256: told.sha256 }, told.voucher);
  if (told.waiting) entry.mark.textContent = "已传好，等待查毒";
  say(list, `${quoted(entry)}已传好`);
  filesChanged(list);
}

/**
 * @param {FileList} list
 * @param {Entry} entry
 * @param {any} error
 */
function failEntry(list, entry, error) {
  if (error instanceof Blocked) {
    goPlainWay(list, entry, error.words);
    return;
  }
  entry.words = error.words;
  settle(entry, error.status ? "refused" : "failed");
  say(list, `${quoted(entry)}没有传好：${entry.words}`);
}

/**
 * Gives the file back to the chooser, and shows the button that sends it with the whole form.
 * @param {FileList} list
 * @param {Entry} entry
 * @param {string} words
 */
function goPlainWay(list, entry, words) {
  list.address = "";
  all(list.wrapper, "[data-plain]").forEach((plain) => { plain.hidden = false; });
  all(list.wrapper, "[data-sends]").forEach((note) => { note.hidden = true; });
  takeOut(list, entry);
  const chosen = new DataTransfer();
  [...Array.from(list.chooser.files), entry.source].forEach((file) => chosen.items.add(file));
  list.chooser.files = chosen.files;
  showMessage(list.wrapper, `${quoted(entry)}：${words}`);
  say(list, `${quoted(entry)}没有传好：${words}`);
  filesChanged(list);
}

/**
 * @param {Entry} entry
 * @param {string} digest
 */
function isSame(entry, digest) {
  return (entry.file && entry.file.sha256 === digest) || entry.digest === digest;
}

/**
 * Another entry of the same content: one that has to be chosen again gives way, one that is there stays alone.
 * @param {FileList} list
 * @param {Entry} entry
 * @param {string} digest
 */
function clash(list, entry, digest) {
  const same = list.entries.filter((other) => other !== entry && isSame(other, digest))[0];
  if (same && (same.state === "lost" || (same.state === "done" && !isCurrent(same.voucher, Date.now())))) {
    takeOut(list, same);
    return false;
  }
  return Boolean(same);
}

/**
 * @param {FileList} list
 * @param {Entry} entry
 */
function hooks(list, entry) {
  return {
    moved(/** @type {number} */ bytes) {
      entry.moved = bytes;
      settle(entry, "sending");
    },
    waiting(/** @type {number} */ seconds, /** @type {boolean} */ busy) {
      entry.why = `${busy ? "服务正忙，" : "网络不通，"}${seconds} 秒后再试`;
      settle(entry, "waiting");
      say(list, quoted(entry) + entry.why);
    },
    checking() {
      settle(entry, "checking");
    }
  };
}

/**
 * @param {FileList} list
 * @param {Entry} entry
 */
export async function sendEntry(list, entry) {
  settle(entry, "reading");
  try {
    const digests = await digestsOf(entry.source, PART);
    if (list.entries.indexOf(entry) < 0) return;
    if (clash(list, entry, digests.whole)) {
      takeOut(list, entry);
      say(list, `${quoted(entry)}已经在里面了`);
      return;
    }
    entry.digest = digests.whole;
    entry.sending = send({ ask, pause, begun }, list.address, entry.source, digests, list.at, hooks(list, entry));
    arrive(list, entry, await entry.sending.done);
  } catch (error) {
    failEntry(list, entry, error);
  }
}

/**
 * @param {FileList} list
 * @param {Entry} entry
 */
function retry(list, entry) {
  if (entry.state === "waiting") entry.sending.hurry();
  else sendEntry(list, entry);
  entry.remove.focus();
}

/**
 * @param {FileList} list
 * @param {Entry} entry
 */
export function takeOut(list, entry) {
  list.entries.splice(list.entries.indexOf(entry), 1);
  entry.item.remove();
  list.element.hidden = !list.entries.length;
}

/** @param {Entry} entry */
export function giveUp(entry) {
  if (entry.sending) entry.sending.cancel();
  else if (entry.state === "lost") begun.forget(entry.digest);
}

/**
 * @param {FileList} list
 * @param {Entry} entry
 */
function removeEntry(list, entry) {
  const next = list.entries[list.entries.indexOf(entry) + 1];
  giveUp(entry);
  takeOut(list, entry);
  showMessage(list.wrapper, "");
  say(list, quoted(entry) + (isActive(entry) ? "已取消" : "已移除"));
  (next ? next.remove : list.chooser).focus();
  filesChanged(list);
}
