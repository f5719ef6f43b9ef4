// @ts-check
/* The browser's side of an upload: requests, pauses and the worker that computes digests; decides nothing. */

import { failureOf, Lost, parsedOrEmpty, Refused } from "./failures.js";

/** @typedef {import("./upload.js").Call} Call */

const SILENCE = 60;
const UNREADABLE = "文件读不出来，可能改动过或者移走了。请再选一次";

/** @type {Worker | null} */
let worker = null;

/** @type {{resolve: (found: any) => void, reject: (error: Refused) => void}[]} */
const asked = [];

/** @param {MessageEvent} event */
function takeAnswer(event) {
  const answer = event.data;
  if (answer.found) asked[answer.id].resolve(answer.found);
  else asked[answer.id].reject(new Refused(0, UNREADABLE));
  delete asked[answer.id];
}

/** Where the digests' script is, as the script's own tag says; null where it does not. */
export function digestScript() {
  const tag = document.querySelector("script[data-digest]");
  return tag && tag.getAttribute("data-digest");
}

/**
 * The SHA-256 of a file and of its parts.
 * @param {File} file
 * @param {number} size how long a part is
 * @returns {Promise<import("./digests.js").Digests>}
 */
export function digestsOf(file, size) {
  return new Promise((resolve, reject) => {
    if (!worker) {
      worker = new Worker(digestScript());
      worker.onmessage = takeAnswer;
      worker.onerror = () => {
        asked.forEach((question) => question.reject(new Refused(0, UNREADABLE)));
        worker = null;
      };
    }
    asked.push({ resolve, reject });
    worker.postMessage({ id: asked.length - 1, file, size });
  });
}

/**
 * One request; it is given up when nothing moves for SILENCE seconds.
 * @param {Call} what
 * @param {Set<() => void>} open what stops each request that is open
 * @param {(bytes: number) => void} [moved]
 * @returns {Promise<any>}
 */
export function ask(what, open, moved) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    let watch = 0;
    function wait() {
      window.clearTimeout(watch);
      watch = window.setTimeout(abort, SILENCE * 1000);
    }
    /** @param {() => void} act */
    function end(act) {
      window.clearTimeout(watch);
      open.delete(abort);
      act();
    }
    request.open(what.method, what.url);
    const headers = what.headers || {};
    Object.keys(headers).forEach((name) => request.setRequestHeader(name, headers[name]));
    request.upload.onprogress = (event) => {
      wait();
      if (moved) moved(event.loaded);
    };
    request.onload = () => {
      const { status, responseText } = request;
      if (status >= 200 && status < 300) end(() => resolve(parsedOrEmpty(responseText)));
      else end(() => reject(failureOf(status, responseText, request.getResponseHeader("Retry-After"))));
    };
    request.onerror = request.onabort = () => end(() => reject(new Lost()));
    open.add(abort);
    wait();
    request.send(what.body || null);
  });
}

/**
 * Goes on after about so many seconds, or as soon as the browser is on line again; gives what goes on at once.
 * @param {number} seconds
 * @param {() => void} go
 */
export function pause(seconds, go) {
  const timer = window.setTimeout(resume, seconds * 1000 * (0.9 + Math.random() / 5));
  function resume() {
    window.clearTimeout(timer);
    window.removeEventListener("online", resume);
    go();
  }
  window.addEventListener("online", resume);
  return resume;
}
