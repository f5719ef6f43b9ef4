// @ts-check
/* Brings a draft back from this browser or from a file, saves it as one, and clears it. */

import { all, make, makeButton } from "../shared/dom.js";
import { ageWords, byName, momentWords, readDraft, rowsIn, wordsForLeft } from "./draft-data.js";
import { draftNow, drafts, keepDraft, pairs } from "./draft-keeping.js";
import { emptyFiles, fillInFiles } from "./files.js";
import { showMessage } from "./messages.js";
import { generic } from "./names.js";
import { controls, isTick, nameOf, page, rowLists, rowsOf } from "./page.js";
import { refresh } from "./refresh.js";
import { addRow, removeRow } from "./rows.js";

/** @typedef {import("./draft-data.js").Draft} Draft */
/** @typedef {import("./draft-data.js").Pair} Pair */
/** @typedef {import("./draft-store.js").Kept} Kept */

/** @type {Kept | undefined} a draft that is offered and not yet taken */
let offered;

/** @param {boolean} [arrived] of the files only those that have arrived */
function emptyForm(arrived) {
  rowLists().forEach((list) => {
    for (let count = rowsOf(list).length; count > 0; count -= 1) removeRow(list, count - 1);
  });
  controls(page.element).forEach((control) => {
    if (isTick(control)) control.checked = false;
    else control.value = "";
  });
  emptyFiles(Boolean(arrived));
  all(page.element, "[data-f]").forEach((wrapper) => showMessage(wrapper, ""));
}

/** @param {Pair[]} values */
function makeRows(values) {
  rowLists().forEach((list) => {
    const wanted = rowsIn(values, nameOf(list), Number(list.getAttribute("data-max")));
    while (rowsOf(list).length < wanted) addRow(list);
  });
}

/**
 * Puts the answers into their controls; gives those that no control takes: the form asked otherwise when they were typed.
 * @param {Record<string, string[]>} typed
 */
function fillInControls(typed) {
  const taken = Object.create(null);
  controls(page.element).forEach((control) => {
    const found = typed[control.name];
    if (!found || control.type === "file") return;
    if (isTick(control)) control.checked = found.indexOf(control.value) >= 0;
    else control.value = found[0];
    if (control.checked || found[0] === control.value) taken[`${control.name}=${control.value}`] = true;
  });
  return Object.keys(typed).reduce((left, name) => {
    const node = page.form.nodes[generic(name)];
    if (name === "voucher" || (node && node.k === "attachments")) return left;
    return left.concat(typed[name].filter((value) => value && !taken[`${name}=${value}`]));
  }, /** @type {string[]} */ ([]));
}

/**
 * Fills in what a draft holds; gives the words for what it cannot bring back.
 * @param {Pair[]} values
 * @param {boolean} [goingOn] files that are on their way stay
 */
function fillIn(values, goingOn) {
  emptyForm(goingOn);
  makeRows(values);
  const typed = byName(values);
  const left = fillInControls(typed);
  const stale = fillInFiles(typed);
  refresh();
  return (left.length ? wordsForLeft(left) : "") +
    (stale.length ? `${stale.join("、")}上传以后过了 24 小时，请再选一次，重新上传。` : "");
}

/**
 * Says something above the form; one thing at a time.
 * @param {"" | "done" | "stop"} kind
 * @param {string} heading
 * @param {string} words
 * @param {Element | null} [more]
 */
function tell(kind, heading, words, more) {
  const old = document.getElementById("draft-note");
  const note = make("div", kind ? `say say--${kind}` : "say");
  note.id = "draft-note";
  note.setAttribute("role", kind === "stop" ? "alert" : "status");
  note.tabIndex = -1;
  note.appendChild(make("b", "", heading));
  note.appendChild(make("p", "", words));
  if (more) note.appendChild(more);
  if (old) old.remove();
  const columns = page.element.parentElement;
  columns.parentElement.insertBefore(note, columns);
  return note;
}

/**
 * @param {Pair[]} last
 * @param {string} words
 */
function undoing(last, words) {
  return makeButton("撤销", () => {
    fillIn(last);
    keepDraft();
    tell("done", "已撤销", words).focus();
  });
}

function clearDraft() {
  const last = pairs();
  emptyForm();
  refresh();
  drafts.forgetOwn(page.form.form);
  if (offered) drafts.remove(offered.key);
  offered = undefined;
  tell("", "草稿已清除", "表里填的内容也清空了。", undoing(last, "清除的内容又填回来了。")).focus();
}

/**
 * @param {Draft} kept
 * @param {string} where
 * @param {string} lost
 */
function filledIn(kept, where, lost) {
  const changed = kept.digest === page.form.digest ? "" : "这张表后来更新过，新的栏目还空着。";
  return `${momentWords(kept.saved) || "上次"} 保存${where}。请核对后接着填。${changed}${lost}`;
}

function saveDraft() {
  const link = make("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(draftNow(), null, 1)], { type: "application/json" }));
  link.download = `${page.form.title}（草稿）.json`;
  document.body.appendChild(link);
  link.click();
  link.remove();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  tell("done", "草稿已存成文件", `文件名是“${link.download}”。里面有姓名和电话，请妥善保管。`);
}

/**
 * @param {string} text
 * @param {string} name the file's
 */
function takeDraft(text, name) {
  const found = readDraft(text);
  if (!found) {
    tell("stop", "没有载入", `“${name}”不是草稿文件，或者已经损坏。请选用“把草稿存成文件”存下来的文件。`).focus();
    return;
  }
  if (found.form !== page.form.form) {
    const other = `“${name}”是《${found.title}》的草稿，这里要填的是《${page.form.title}》。请到那张表的网页载入。`;
    tell("stop", "没有载入", other).focus();
    return;
  }
  const last = pairs();
  const words = filledIn(found, "的内容填好了", fillIn(found.values));
  keepDraft();
  tell("done", "已载入草稿文件", words, last.length ? undoing(last, "载入以前填的内容又回来了。") : null).focus();
}

/* The browser's own chooser stands outside the form, so that no file is ever sent with it. */
function makeChooser() {
  const chooser = Object.assign(make("input"), { type: "file", accept: ".json,application/json", hidden: true });
  chooser.setAttribute("aria-label", "草稿文件");
  chooser.addEventListener("change", () => {
    const file = chooser.files[0];
    const reader = new FileReader();
    reader.onload = () => {
      takeDraft(String(reader.result), file.name);
      chooser.value = "";
    };
    if (file) reader.readAsText(file);
  });
  page.element.parentElement.parentElement.appendChild(chooser);
  return chooser;
}

/* The draft is this tab's from now on. Where another tab still fills it in, that one keeps its own at the next key. */
function takeOffered() {
  const { key, draft } = offered;
  const last = pairs();
  const words = filledIn(draft, "在这台设备的浏览器里", fillIn(draft.values, true));
  offered = undefined;
  if (keepDraft()) drafts.remove(key);
  const more = last.length ? undoing(last, "接着填以前填的内容又回来了。") : makeButton("清除草稿", clearDraft);
  tell("", "已恢复上次没填完的草稿", words, more).focus();
}

function declineOffered() {
  const { key } = offered;
  offered = undefined;
  const remove = makeButton("清除草稿", () => {
    drafts.remove(key);
    tell("", "草稿已清除", "这里现在填的内容还在。").focus();
  });
  tell("", "从头填写", "上次的草稿还留在这台设备里，满 7 天自动清除。", remove).focus();
}

/* Whoever opens the form may not be who began it: nothing is filled in before it is asked for, and nothing of it shown. */
function offerDraft() {
  offered = drafts.newest(page.form.form, Date.now());
  drafts.begin(page.form.form);
  if (!offered) return;
  const { saved } = offered.draft;
  const words = `${ageWords(saved, Date.now())}（${momentWords(saved)}）保存在这台设备的浏览器里。是您填的，可以接着填。`;
  const choice = make("p", "acts");
  choice.append(makeButton("继续填", takeOffered), makeButton("重新填", declineOffered));
  tell("", "有一份没填完的草稿", words, choice);
}

/** Lets the buttons for drafts work, and offers the last draft in a form that is empty. */
export function startDraft() {
  const chooser = makeChooser();
  /** @type {Record<string, () => void>} */
  const acts = { save: saveDraft, clear: clearDraft, load: () => chooser.click() };
  all(page.element, "[data-draft]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", acts[button.getAttribute("data-draft")]);
  });
  if (page.element.hasAttribute("data-fresh")) offerDraft();
  else keepDraft();
}
