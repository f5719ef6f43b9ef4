/* Every page: the large-type switch. It runs before the first paint, so that the page does not jump. */
(function () {
  "use strict";
  var root = document.documentElement;
  var KEY = "qingdan:elder";

  function stored() {
    try { return window.localStorage.getItem(KEY) === "on"; } catch (refused) { return false; }
  }

  function store(on) {
    try {
      if (on) { window.localStorage.setItem(KEY, "on"); } else { window.localStorage.removeItem(KEY); }
    } catch (refused) { /* a browser that keeps nothing still switches this page */ }
  }

  function show(button, on) {
    root.classList.toggle("elder", on);
    button.setAttribute("aria-pressed", String(on));
  }

  if (stored()) { root.classList.add("elder"); }

  document.addEventListener("DOMContentLoaded", function () {
    var button = document.getElementById("elder");
    if (!button) { return; }
    button.parentNode.hidden = false;
    show(button, stored());
    button.addEventListener("click", function () {
      var on = !root.classList.contains("elder");
      store(on);
      show(button, on);
    });
  });
})();
