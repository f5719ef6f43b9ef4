// @ts-check
/* Keeps what is typed in this browser until it is filed; brings nothing back. */

import { KIND } from "./draft-data.js";
import { draftStore } from "./draft-store.js";
import { filePairs } from "./file-lists.js";
import { controls, hiddenInputs, isTick, page } from "./page.js";

/** The drafts of this browser. */
export const drafts = draftStore(() => window.localStorage, () => window.sessionStorage, makeId);

function makeId() {
  return Array.from(crypto.getRandomValues(new Uint32Array(2)), (part) => part.toString(36)).join("");
}

/** Name and value of everything that is filled in. */
export function pairs() {
  const markers = hiddenInputs(page.element).filter((input) => input.parentElement.hasAttribute("data-row"));
  const filled = controls(page.element).filter((control) => {
    if (control.type === "file" || control.name === "contest") return false;
    return isTick(control) ? control.checked : control.value;
  });
  /** @type {import("./draft-data.js").Pair[]} */
  const found = markers.map((marker) => [marker.name, ""]);
  return found.concat(filled.map((control) => [control.name, control.value]), filePairs());
}

/** @returns {import("./draft-data.js").Draft} */
export function draftNow() {
  const { form, title, digest } = page.form;
  return { kind: KIND, form, title, digest, saved: new Date().toISOString(), values: pairs() };
}

/** Keeps what is typed now, where anything is; gives whether it is kept. A correction is no draft of a new filing. */
export function keepDraft() {
  const draft = draftNow();
  if (page.element.hasAttribute("data-unkept")) return false;
  if (draft.values.length) return drafts.keep(draft);
  drafts.forgetOwn(draft.form);
  return false;
}
