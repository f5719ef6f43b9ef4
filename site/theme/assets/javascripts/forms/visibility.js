// @ts-check
/* Shows the questions that apply to the answers, and hides the others, which are then not sent. */

import { all } from "../shared/dom.js";
import { applies, isRequired } from "./conditions.js";
import { get, split } from "./names.js";
import { controls, hiddenInputs, isHidden, nameOf, nodeOf, page, readValues, valueIn } from "./page.js";

/**
 * Whether an empty answer here is a mistake: every group around it is demanded, or has an answer in it.
 * @param {Element} wrapper
 * @param {object} values
 */
export function isMissing(wrapper, values) {
  if (!isRequired(page.form, nameOf(wrapper), values)) return false;
  for (let around = wrapper.parentElement.closest("[data-f]"); around; around = around.parentElement.closest("[data-f]")) {
    if (nodeOf(around).k !== "group") continue;
    const held = get(values, split(nameOf(around)));
    if (!isRequired(page.form, nameOf(around), values) && !Object.keys(held || {}).length) return false;
  }
  return true;
}

/**
 * What a group's first choice may call for is out of the way until it does, or until something is typed in it.
 * @param {Element} wrapper
 * @param {object} values
 */
function isIdle(wrapper, values) {
  const led = Array.from(wrapper.parentElement.children).some((sibling) => sibling.hasAttribute("data-lead"));
  if (!led || nodeOf(wrapper).n !== 1) return false;
  return valueIn(wrapper) === undefined && !isRequired(page.form, nameOf(wrapper), values);
}

function showOnlyWhatApplies() {
  let changed = false;
  const values = readValues();
  all(page.element, "[data-f], [data-section]").forEach((wrapper) => {
    const shows = applies(page.form, nameOf(wrapper), values) && !isIdle(wrapper, values);
    if (wrapper.hidden === shows) {
      wrapper.hidden = !shows;
      changed = true;
    }
  });
  return changed;
}

function markWhatIsRequired() {
  const values = readValues();
  all(page.element, "[data-depends]").forEach((mark) => {
    mark.textContent = page.form.words.optional;
    mark.hidden = isRequired(page.form, nameOf(mark.closest("[data-f]")), values);
  });
}

/** Shows what applies to the answers, and keeps the rest from being sent; an answer may decide over another. */
export function applyConditions() {
  for (let round = 0; round < 5 && showOnlyWhatApplies(); round += 1);
  const markers = hiddenInputs(page.element).filter((input) => input.closest(".files") || input.parentElement.hasAttribute("data-row"));
  [...controls(page.element), ...markers].forEach((control) => {
    control.disabled = isHidden(control);
  });
  markWhatIsRequired();
}
