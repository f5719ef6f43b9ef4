// @ts-check
/* Computes the digests of files beside the page, which goes on meanwhile; sends nothing. It runs as a worker. */

import { digestsIn } from "./uploads/digests.js";

/** @type {any} The types of this check are those of a page; a worker has others. */
const worker = self;
let waiting = Promise.resolve();

/**
 * One file after the other: each is in memory as a whole.
 * @param {MessageEvent<{id: number, file: File, size: number}>} event
 */
worker.onmessage = ({ data: { id, file, size } }) => {
  waiting = waiting
    .then(() => digestsIn(new Uint8Array(new worker.FileReaderSync().readAsArrayBuffer(file)), size))
    .then((found) => worker.postMessage({ id, found }), () => worker.postMessage({ id, found: null }));
};
