// @ts-check
/* Brings one file to the service, in parts, over a line that may break; knows neither the form nor the page. */

import { Blocked, Lost } from "./failures.js";

export const PART = 5 * 1024 * 1024;
const PAUSES = [1, 2, 4, 8, 15, 30, 60];
const AT_ONCE = 2;
const PATIENCE = 90;

/** @typedef {{method: string, url: string, headers?: Record<string, string>, body?: string | Blob}} Call one request */
/** @typedef {{name: string, size: number, slice: (start: number, end: number) => Blob}} Source */

/**
 * @typedef {object} Line what an upload needs of the browser
 * @property {(what: Call, open: Set<() => void>, moved?: (bytes: number) => void) => Promise<any>} ask
 * @property {(seconds: number, go: () => void) => () => void} pause
 * @property {import("./begun.js").BegunUploads} begun
 */

/**
 * @typedef {object} Told who hears how it goes
 * @property {(bytes: number) => void} moved
 * @property {(seconds: number, busy: boolean) => void} waiting `busy` when the service answers, but not now
 * @property {() => void} checking
 */

/**
 * @typedef {object} Sending
 * @property {Line} line
 * @property {string} address
 * @property {Source} file
 * @property {import("./digests.js").Digests} digests
 * @property {string} at
 * @property {Told} told
 * @property {string} id
 * @property {string} token
 * @property {Set<() => void>} open
 * @property {Record<number, number>} moving how many bytes of each part are on their way
 * @property {number} sent
 * @property {number} tries
 * @property {number} turn
 * @property {boolean} ended
 * @property {boolean} renewed whether a pass that was refused has been asked for anew
 * @property {number} refused how many parts were refused since the last one arrived
 * @property {(() => void) | null} hurry
 */

let free = AT_ONCE;

/** @type {(() => void)[]} */
const queue = [];

/**
 * @param {Sending} sending
 * @param {string} method
 * @param {string} path
 * @param {object} [content]
 */
function call(sending, method, path, content) {
  /** @type {Record<string, string>} */
  const headers = sending.token ? { Authorization: `Bearer ${sending.token}` } : {};
  if (content) headers["Content-Type"] = "application/json";
  const body = content && JSON.stringify(content);
  return sending.line.ask({ method, url: sending.address + path, headers, body }, sending.open);
}

/**
 * @param {Sending} sending
 * @returns {Promise<number[]>} no part has arrived
 */
async function begin(sending) {
  const { file, digests, line, at } = sending;
  sending.token = sending.id = "";
  const { id, token } = await call(sending, "POST", "", { name: file.name, size: file.size, sha256: digests.whole });
  sending.id = id;
  sending.token = token;
  line.begun.remember(digests.whole, { id, token, name: file.name, size: file.size, at });
  return [];
}

/**
 * The numbers of the parts that have arrived; a pass that is out of date is asked for anew.
 * @param {Sending} sending
 * @returns {Promise<number[]>}
 */
async function arrived(sending) {
  if (!sending.token) return begin(sending);
  try {
    return (await call(sending, "GET", `/${sending.id}`)).arrived;
  } catch (error) {
    if (error instanceof Lost) throw error;
    return begin(sending);
  }
}

/** @param {Sending} sending */
function tellMoved(sending) {
  const moving = Object.keys(sending.moving).reduce((sum, part) => sum + sending.moving[Number(part)], 0);
  sending.told.moved(Math.min(sending.sent + moving, sending.file.size));
}

/**
 * @param {number} size of the whole file
 * @param {number} part
 */
export function partSize(size, part) {
  return Math.min(PART, size - (part - 1) * PART);
}

/**
 * @param {Sending} sending
 * @param {number} part
 */
async function sendPart(sending, part) {
  const content = sending.file.slice((part - 1) * PART, part * PART);
  const digest = { sha256: sending.digests.parts[part - 1] };
  const ticket = await call(sending, "POST", `/${sending.id}/parts/${part}`, digest);
  const what = Object.assign({}, ticket, { url: new URL(ticket.url, sending.address).href, body: content });
  try {
    await sending.line.ask(what, sending.open, (loaded) => {
      sending.moving[part] = Math.min(loaded, content.size);
      tellMoved(sending);
    });
  } catch (error) {
    throw error instanceof Lost || error instanceof Blocked || error.status === 401 ? error : refusedPart(sending, error);
  }
  delete sending.moving[part];
  sending.sent += content.size;
  sending.tries = sending.refused = 0;
  tellMoved(sending);
}

/**
 * What was changed on its way, or came too late for its ticket, is sent again, once: a refusal is no broken line.
 * @param {Sending} sending
 * @param {import("./failures.js").Refused} error
 */
function refusedPart(sending, error) {
  sending.refused += 1;
  return sending.refused > AT_ONCE ? new Blocked(error.status) : new Lost(0, error.words);
}

/** @param {number} more */
function pass(more) {
  free += more;
  if (!free || !queue.length) return;
  free -= 1;
  queue.shift()();
}

/**
 * Of all files together, only so many parts are on their way at once.
 * @param {() => Promise<void>} act
 */
async function inTurn(act) {
  await new Promise((resolve) => {
    queue.push(() => resolve(undefined));
    pass(0);
  });
  try {
    await act();
  } finally {
    pass(1);
  }
}

/**
 * @param {Sending} sending
 * @param {number[]} there the parts that have arrived
 */
function sendRest(sending, there) {
  const turn = sending.turn;
  const rest = sending.digests.parts.map((_, place) => place + 1).filter((part) => there.indexOf(part) < 0);
  sending.moving = {};
  sending.sent = there.reduce((sum, part) => sum + partSize(sending.file.size, part), 0);
  tellMoved(sending);
  return Promise.all(rest.map((part) => inTurn(async () => {
    if (turn !== sending.turn) throw new Lost();
    await sendPart(sending, part);
  })));
}

/** @param {Sending} sending */
function stop(sending) {
  sending.turn += 1;
  Array.from(sending.open).forEach((abort) => abort());
}

/**
 * @param {Sending} sending
 * @param {Lost} error
 * @returns {Promise<void>}
 */
function untilNextTry(sending, error) {
  const seconds = Math.max(PAUSES[Math.min(sending.tries, PAUSES.length - 1)], error.seconds);
  sending.tries += 1;
  sending.told.waiting(seconds, error.busy);
  return new Promise((resolve) => {
    sending.hurry = sending.line.pause(seconds, resolve);
  });
}

/**
 * What is waited for after this failure, before the next try; null when there is none.
 * @param {Sending} sending
 * @param {any} error
 */
function mendable(sending, error) {
  if (error.status === 401 && !sending.renewed) {
    sending.renewed = true;
    sending.token = "";
    return new Lost();
  }
  return error instanceof Lost && sending.tries < PAUSES.length && error.seconds <= PATIENCE ? error : null;
}

/**
 * @param {Sending} sending
 * @returns {Promise<any>}
 */
async function tryOnce(sending) {
  sending.hurry = null;
  await sendRest(sending, await arrived(sending));
  sending.told.checking();
  return call(sending, "POST", `/${sending.id}/completion`, {});
}

/**
 * Tries until the file has arrived or no other try helps; what is cancelled never ends.
 * @param {Sending} sending
 * @param {(told: any) => void} resolve
 * @param {(error: any) => void} reject
 */
async function run(sending, resolve, reject) {
  while (!sending.ended) {
    try {
      const told = await tryOnce(sending);
      sending.ended = true;
      sending.line.begun.forget(sending.digests.whole);
      return resolve(told);
    } catch (error) {
      if (sending.ended) return undefined;
      stop(sending);
      const lost = mendable(sending, error);
      if (!lost) {
        sending.ended = true;
        if (!(error instanceof Lost)) sending.line.begun.forget(sending.digests.whole);
        return reject(error);
      }
      await untilNextTry(sending, lost);
    }
  }
  return undefined;
}

/**
 * Sends a file to the service at `address`; what was begun in this window goes on where it stopped.
 * @param {Line} line
 * @param {string} address
 * @param {Source} file
 * @param {import("./digests.js").Digests} digests
 * @param {string} at where it belongs
 * @param {Told} told
 */
export function send(line, address, file, digests, at, told) {
  const kept = line.begun.all().filter((begun) => begun.digest === digests.whole && begun.name === file.name).pop();
  const { id, token } = kept || { id: "", token: "" };
  const open = /** @type {Set<() => void>} */ (new Set());
  /** @type {Sending} */
  const sending = {
    line, address, file, digests, at, told, id, token, open,
    moving: {}, sent: 0, tries: 0, refused: 0, turn: 0, ended: false, renewed: false, hurry: null
  };
  return {
    done: new Promise((resolve, reject) => { run(sending, resolve, reject); }),
    hurry() {
      if (sending.hurry) sending.hurry();
    },
    cancel() {
      const begun = sending.token && !sending.ended;
      sending.ended = true;
      stop(sending);
      line.begun.forget(digests.whole);
      if (begun) call(sending, "DELETE", `/${sending.id}`).catch(() => {});
    }
  };
}

/**
 * Where the service takes files, beside where the form is posted to; "" where that is elsewhere.
 * @param {string} posted the whole address that the form is posted to
 * @param {string} origin the page's own
 */
export function uploadAddress(posted, origin) {
  const found = /^(.*?)\/(forms\/[^/]+|track\/[^/]+\/correct|desk\/records\/[^/]+)$/.exec(posted);
  return found && found[1].indexOf(origin) === 0 ? `${found[1]}/api/attachments` : "";
}
