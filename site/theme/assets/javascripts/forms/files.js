// @ts-check
/* The files of a field: chosen or dropped, taken from the page or a draft, waited for; file-sending.js sends them. */

import { all, make, one } from "../shared/dom.js";
import { wrongKind } from "../uploads/kinds.js";
import { digestScript } from "../uploads/line.js";
import { uploadAddress } from "../uploads/upload.js";
import { isCurrent, namedFile, voucherFor } from "../uploads/vouchers.js";
import { hiddenInput, isActive, quoted, sizeWords } from "./file-entry.js";
import { fileLists, firstOpen } from "./file-lists.js";
import { addFile, begun, giveUp, nameFile, say, sendEntry, takeOut } from "./file-sending.js";
import { rememberJudged, showMessage } from "./messages.js";
import { hiddenInputs, nameOf, page } from "./page.js";

/** @typedef {import("./file-entry.js").Entry} Entry */
/** @typedef {import("./file-lists.js").FileList} FileList */

/**
 * Why a file is not taken; "" when it is.
 * @param {FileList} list
 * @param {File} file
 */
function refusalOf(list, file) {
  const wrong = wrongKind(file.name, list.chooser.accept);
  if (wrong) return wrong;
  if (!file.size) return "这个文件是空的。请核对选的是不是它";
  return file.size > list.largest ? `超过 ${sizeWords(list.largest)}。请压缩图片，或者分成几个文件` : "";
}

/**
 * A file under its name in the composed form; the browser's own name for it may be any.
 * @param {File} file
 */
function composed(file) {
  const plain = file.name.normalize("NFC");
  if (plain === file.name) return file;
  return typeof File === "function" ? new File([file], plain, { type: file.type }) : file;
}

/**
 * @param {FileList} list
 * @param {Iterable<File>} chosen
 */
function choose(list, chosen) {
  /** @type {string[]} */
  const left = [];
  showMessage(list.wrapper, "");
  Array.from(chosen).map(composed).forEach((file) => {
    if (countFiles(list) >= list.most) {
      left.push(quoted(file));
      return;
    }
    const words = refusalOf(list, file);
    /** @type {Entry} */
    const entry = { name: file.name, size: file.size, source: file, state: words ? "refused" : "reading", words };
    addFile(list, entry);
    if (words) say(list, `${quoted(entry)}没有传：${words}`);
    else sendEntry(list, entry);
  });
  if (left.length) refuse(list, `最多 ${list.most} 个文件，${left.join("、")}没有加进来。请先移除别的`);
}

/**
 * How many files the field has, or is about to have.
 * @param {FileList} list
 */
function countFiles(list) {
  return list.entries.filter((entry) => entry.state !== "lost" && entry.state !== "refused").length;
}

/**
 * @param {FileList} list
 * @param {string} words
 */
function refuse(list, words) {
  showMessage(list.wrapper, words);
  rememberJudged(list.wrapper);
  say(list, words);
}

/** @param {Entry} entry */
function reason(entry) {
  if (isActive(entry)) return "还在上传。请等它传完再提交，或者取消它";
  if (entry.state === "refused") return "没有收下。请移除它，或者换一个文件";
  return entry.state === "lost" ? "没有传完。请再选一次这个文件，或者移除它" : "没有传完。请重试，或者移除它";
}

/**
 * The form goes only when every file that stands in it has arrived.
 * @param {Event} event
 */
function hold(event) {
  const list = fileLists.filter(firstOpen)[0];
  if (!list) return;
  const waitedFor = firstOpen(list);
  event.preventDefault();
  list.held = true;
  refuse(list, quoted(waitedFor) + reason(waitedFor));
  waitedFor.remove.focus();
}

/** @param {FileList} list */
function listenForFiles(list) {
  const box = list.wrapper;
  list.chooser.addEventListener("change", () => {
    if (!list.address) return;
    choose(list, list.chooser.files);
    list.chooser.value = "";
  });
  /** @type {("dragenter" | "dragover" | "dragleave" | "drop")[]} */
  const kinds = ["dragenter", "dragover", "dragleave", "drop"];
  kinds.forEach((kind) => {
    box.addEventListener(kind, (event) => {
      if (!list.address || !event.dataTransfer || Array.from(event.dataTransfer.types).indexOf("Files") < 0) return;
      event.preventDefault();
      box.classList.toggle("over", kind === "dragenter" || kind === "dragover");
      if (kind === "drop") choose(list, event.dataTransfer.files);
    });
  });
}

/**
 * Takes what the server wrote into the page as entries like all others.
 * @param {FileList} list
 * @param {string[]} vouchers
 */
function adopt(list, vouchers) {
  const old = one(list.wrapper, "ul.files");
  if (!old) return;
  Array.from(old.children).forEach((item) => {
    const value = hiddenInputs(item)[0].value;
    const file = namedFile(value);
    /** @type {Entry} */
    const entry = { name: file ? file.name : "读不出来的文件", size: file ? file.size : 0, state: "done" };
    addFile(list, entry);
    if (file) nameFile(list, entry, file, voucherFor(file, vouchers, Date.now()));
    else entry.item.appendChild(hiddenInput(list.name, value));
  });
  old.remove();
}

/** The vouchers of the page leave it: each goes along with its file from now on. */
function takeVouchers() {
  return hiddenInputs(page.element, "[name=voucher]").map((input) => {
    input.remove();
    return input.value;
  });
}

/**
 * @param {HTMLElement} wrapper
 * @param {string[]} vouchers
 * @param {string} address
 */
function startList(wrapper, vouchers, address) {
  const name = nameOf(wrapper);
  /** @type {FileList} */
  const list = {
    wrapper, name, most: Number(wrapper.getAttribute("data-most")), largest: Number(wrapper.getAttribute("data-largest")),
    at: [page.form.form, page.element.hasAttribute("data-unkept") ? location.pathname : "", name].join(" "),
    address, entries: [], chooser: wrapper.querySelector("input[type=file]"),
    element: make("ul", "files"), status: make("p", "vh"), held: false
  };
  list.status.setAttribute("role", "status");
  list.element.hidden = true;
  const choice = list.chooser.parentElement;
  adopt(list, vouchers);
  choice.parentElement.insertBefore(list.element, choice);
  fileLists.push(list);
  if (!address) return;
  all(wrapper, "[data-plain]").forEach((plain) => { plain.hidden = true; });
  const note = make("span", "note", "可以一次选几个，也可以拖到这里。选好就开始上传。");
  note.setAttribute("data-sends", "");
  choice.insertBefore(note, list.chooser);
  choice.appendChild(list.status);
  listenForFiles(list);
}

/* "" where no script can send files: without a worker or a safe address there are no digests. */
function addressOfUploads() {
  if (!digestScript() || !window.Worker || !window.crypto || !window.crypto.subtle) return "";
  return uploadAddress(new URL(page.element.getAttribute("action"), document.baseURI).href, location.origin);
}

/** Turns every field for files into a list that sends them by itself, where a script can. */
export function startFiles() {
  const address = addressOfUploads();
  const vouchers = takeVouchers();
  all(page.element, "[data-most]").forEach((wrapper) => startList(wrapper, vouchers, address));
  if (fileLists.length) page.element.addEventListener("submit", hold);
}

/** Names what was on its way when the page was left: chosen again, it goes on. */
export function offerUploads() {
  begun.all().forEach((kept) => {
    fileLists.filter((list) => list.address && kept.at === list.at).forEach((list) => {
      addFile(list, { name: kept.name, size: kept.size, digest: kept.digest, state: "lost" });
    });
  });
}

/**
 * Takes the files out of the form: all, or those that have arrived.
 * @param {boolean} arrived
 */
export function emptyFiles(arrived) {
  fileLists.forEach((list) => {
    list.entries.filter((entry) => !arrived || entry.state === "done").forEach((entry) => {
      giveUp(entry);
      takeOut(list, entry);
    });
  });
}

/**
 * Puts the files of a draft back, as far as their vouchers hold; gives the names of those that have to be sent again.
 * @param {Record<string, string[]>} typed
 */
export function fillInFiles(typed) {
  /** @type {string[]} */
  const stale = [];
  fileLists.forEach((list) => {
    (typed[list.name] || []).map(namedFile).forEach((file) => {
      if (!file) return;
      const voucher = voucherFor(file, typed.voucher || [], Date.now());
      if (!isCurrent(voucher, Date.now())) {
        stale.push(quoted(file));
        return;
      }
      /** @type {Entry} */
      const entry = { name: file.name, size: file.size, state: "done" };
      addFile(list, entry);
      nameFile(list, entry, file, voucher);
    });
  });
  return stale;
}
