// @ts-check
/* Brings everything that follows from the answers up to date: questions, examples, the list of sections. */

import { all } from "../shared/dom.js";
import { controls, page } from "./page.js";
import { showProgress } from "./progress.js";
import { applyConditions } from "./visibility.js";

/* How to write a date matters only where the browser shows no calendar for it. */
function hideExamples() {
  all(page.element, "[data-example]").forEach((example) => {
    const calendar = controls(example.closest("[data-f]"))[0].type === "date";
    example.hidden = calendar;
    if (example.parentElement.textContent === example.textContent) example.parentElement.hidden = calendar;
  });
}

/** Shows what follows from the answers as they are now. */
export function refresh() {
  hideExamples();
  applyConditions();
  showProgress();
}
