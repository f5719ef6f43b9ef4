// @ts-check
/* Every page: the large-type switch. It runs before the first paint, so that the page does not jump; therefore it is no module,
   and old browsers have it too. */
(function () {
  "use strict";
  var root = document.documentElement;
  var KEY = "qingdan:elder";

  function stored() {
    try { return window.localStorage.getItem(KEY) === "on"; } catch (refused) { return false; }
  }

  /** @param {boolean} on */
  function store(on) {
    try {
      if (on) { window.localStorage.setItem(KEY, "on"); } else { window.localStorage.removeItem(KEY); }
    } catch (refused) { /* a browser that keeps nothing still switches this page */ }
  }

  /**
   * @param {HTMLElement} button
   * @param {boolean} on
   */
  function show(button, on) {
    root.classList.toggle("elder", on);
    button.setAttribute("aria-pressed", String(on));
  }

  if (stored()) { root.classList.add("elder"); }

  document.addEventListener("DOMContentLoaded", function () {
    var button = document.getElementById("elder");
    if (!button) { return; }
    button.parentElement.hidden = false;
    show(button, stored());
    button.addEventListener("click", function () {
      var on = !root.classList.contains("elder");
      store(on);
      show(button, on);
    });
  });
})();
