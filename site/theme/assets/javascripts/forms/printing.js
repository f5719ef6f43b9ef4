// @ts-check
/* Puts what was typed on paper whole: of a long text a box prints only the lines that it shows. Knows no question. */

import { all, make } from "../shared/dom.js";

const BOXES = "textarea, input:is([type=text], [type=email], [type=tel], :not([type]))";

/** @type {{ box: HTMLElement, text: HTMLElement }[]} */
let onPaper = [];

/** @param {HTMLElement} box */
function isCut(box) {
  return box.scrollHeight > box.clientHeight || box.scrollWidth > box.clientWidth;
}

function showWhole() {
  hideWhole();
  const cut = all(document, BOXES).filter(isCut);
  onPaper = cut.map((box) => ({ box, text: make("div", "typed only-print", /** @type {HTMLInputElement} */ (box).value) }));
  for (const { box, text } of onPaper) {
    box.classList.add("noprint");
    box.after(text);
  }
}

function hideWhole() {
  for (const { box, text } of onPaper) {
    box.classList.remove("noprint");
    text.remove();
  }
  onPaper = [];
}

export function startPrinting() {
  window.addEventListener("beforeprint", showWhole);
  window.addEventListener("afterprint", hideWhole);
}
