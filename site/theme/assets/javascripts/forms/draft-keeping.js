// @ts-check
/* Keeps what is typed in this browser until it is filed; brings nothing back. */

import { KIND } from "./draft-data.js";
import { draftStore } from "./draft-store.js";
import { filePairs } from "./file-lists.js";
import { controls, hiddenInputs, isTick, page } from "./page.js";

/** The drafts of this browser. */
export const drafts = draftStore(() => window.localStorage);

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

/** Keeps what is typed now; a correction is no draft of a new filing. */
export function keepDraft() {
  if (!page.element.hasAttribute("data-unkept")) drafts.keep(draftNow());
}
