/* Computes the SHA-256 of a file and of each of its parts, beside the page, which goes on meanwhile; sends nothing. */
(function (worker) {
  "use strict";

  var waiting = Promise.resolve();

  function hex(buffer) {
    return Array.from(new Uint8Array(buffer)).map(function (byte) {
      return ("0" + byte.toString(16)).slice(-2);
    }).join("");
  }

  function digest(bytes) {
    return crypto.subtle.digest("SHA-256", bytes).then(hex);
  }

  function digestsOf(bytes, size) {
    var parts = [];
    var next = Promise.resolve();
    function add(start) {
      next = next.then(function () {
        return digest(bytes.subarray(start, start + size));
      }).then(function (found) {
        parts.push(found);
      });
    }
    for (var start = 0; start < bytes.length; start += size) add(start);
    return next.then(function () {
      return digest(bytes);
    }).then(function (whole) {
      return { whole: whole, parts: parts };
    });
  }

  /* One file after the other: each is in memory as a whole. */
  worker.onmessage = function (event) {
    var task = event.data;
    waiting = waiting.then(function () {
      return digestsOf(new Uint8Array(new FileReaderSync().readAsArrayBuffer(task.file)), task.size);
    }).then(function (found) {
      worker.postMessage({ id: task.id, found: found });
    }, function () {
      worker.postMessage({ id: task.id, found: null });
    });
  };
})(self);
