// @ts-check
/* Uploads that were begun in this window and have not arrived, kept in its own store; sends nothing. */

import { parsedOrEmpty } from "./failures.js";

const KEPT = "qingdan:upload:";

/** @typedef {{id: string, token: string, name: string, size: number, at: string, digest?: string}} Begun `at` says where the file belongs */

/**
 * @typedef {object} BegunUploads
 * @property {() => Begun[]} all
 * @property {(digest: string, begun: Begun) => void} remember
 * @property {(digest: string) => void} forget
 */

/**
 * @param {() => Storage} storage gives the store, or throws where the browser keeps nothing: a page loaded anew begins anew
 * @returns {BegunUploads}
 */
export function begunUploads(storage) {
  /**
   * @template T
   * @param {(store: Storage) => T} act
   * @returns {T | null}
   */
  function within(act) {
    try {
      return act(storage());
    } catch (refused) {
      return null;
    }
  }

  /** @param {Storage} store */
  function read(store) {
    const keys = Object.keys(store).filter((key) => key.indexOf(KEPT) === 0);
    return keys.map((key) => Object.assign(parsedOrEmpty(store.getItem(key)), { digest: key.slice(KEPT.length) }));
  }

  return {
    all: () => within(read) || [],
    remember: (digest, begun) => within((store) => store.setItem(KEPT + digest, JSON.stringify(begun))),
    forget: (digest) => within((store) => store.removeItem(KEPT + digest))
  };
}
