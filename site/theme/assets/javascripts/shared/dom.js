// @ts-check
/* Finds and makes elements, typed as what they are here: elements of HTML; knows no page. */

/**
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {HTMLElement[]}
 */
export function all(root, selector) {
  return Array.from(root.querySelectorAll(selector));
}

/**
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function one(root, selector) {
  return root.querySelector(selector);
}

/**
 * The nearest element around where an event began, that element included.
 * @param {EventTarget} target
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function near(target, selector) {
  return /** @type {Element} */ (target).closest(selector);
}

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {string} [className]
 * @param {string} [text]
 * @returns {HTMLElementTagNameMap[T]}
 */
export function make(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

/**
 * @param {string} words
 * @param {() => void} act
 */
export function makeButton(words, act) {
  const made = make("button", "btn btn--second btn--small", words);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}
