// @ts-check
/* Keeps drafts in a store under the form and its edition; knows no page. A browser that keeps nothing loses nothing else. */

const PREFIX = "qingdan:draft:";

/** @typedef {import("./draft-data.js").Draft} Draft */

/** @param {() => Storage} storage gives the store, or throws where the browser keeps nothing */
export function draftStore(storage) {
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

  /** @param {string} form */
  function keysOf(form) {
    return within((store) => Object.keys(store).filter((key) => key.indexOf(`${PREFIX}${form}:`) === 0)) || [];
  }

  /**
   * @param {string} key
   * @returns {Draft | null}
   */
  function readAt(key) {
    return within((store) => JSON.parse(store.getItem(key)));
  }

  return {
    /** @param {Draft} draft */
    keep(draft) {
      within((store) => store.setItem(`${PREFIX}${draft.form}:${draft.digest}`, JSON.stringify(draft)));
    },

    /**
     * Forgets every draft of a form.
     * @param {string} form
     */
    forget(form) {
      keysOf(form).forEach((key) => within((store) => store.removeItem(key)));
    },

    /**
     * The draft of this form, else the latest that was begun before the form was changed.
     * @param {string} form
     * @param {string} digest
     * @returns {Draft | undefined}
     */
    latest(form, digest) {
      const older = () => keysOf(form).map(readAt).filter(Boolean);
      return readAt(`${PREFIX}${form}:${digest}`) ||
        older().sort((one, other) => (String(one.saved) < String(other.saved) ? 1 : -1))[0];
    }
  };
}
