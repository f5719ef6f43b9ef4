// @ts-check
/* Keeps drafts in a store, one for each tab that fills in a form; knows no page. A browser that keeps nothing loses nothing else. */

import { isPairs } from "./draft-data.js";

const PREFIX = "qingdan:draft:";
const OWN = "qingdan:own-draft:";
const LIFE = 7 * 24 * 60 * 60 * 1000;

/** @typedef {import("./draft-data.js").Draft} Draft */
/** @typedef {{key: string, draft: Draft}} Kept a draft and where it is kept */

/**
 * @template T
 * @param {() => Storage} storage gives the store, or throws where the browser keeps nothing
 * @param {(store: Storage) => T} act
 * @returns {T | null}
 */
function within(storage, act) {
  try {
    return act(storage());
  } catch (refused) {
    return null;
  }
}

/**
 * @param {Draft | null} draft
 * @param {string} form
 * @param {number} now
 */
function isLiving(draft, form, now) {
  return Boolean(draft) && draft.form === form && isPairs(draft.values) && now - Date.parse(draft.saved) < LIFE;
}

/**
 * @param {() => Storage} storage of the browser
 * @param {() => Storage} session of this tab
 * @param {() => string} makeId
 */
export function draftStore(storage, session, makeId) {
  /* Where the tab keeps nothing, its drafts have the same place until it is loaded anew. */
  /** @type {Record<string, string>} */
  const own = {};

  /** @param {string} form */
  function ownKey(form) {
    const kept = within(session, (store) => store.getItem(OWN + form)) || own[form];
    const key = kept || `${PREFIX}${form}:${makeId()}`;
    own[form] = key;
    within(session, (store) => store.setItem(OWN + form, key));
    return key;
  }

  /** @param {string} key */
  function remove(key) {
    within(storage, (store) => store.removeItem(key));
  }

  /** @param {string} form */
  function all(form) {
    const keys = within(storage, (store) => Object.keys(store).filter((key) => key.indexOf(`${PREFIX}${form}:`) === 0)) || [];
    return keys.map((key) => ({ key, draft: within(storage, (store) => JSON.parse(store.getItem(key))) }));
  }

  return {
    /**
     * Keeps this tab's draft; gives whether the browser has it.
     * @param {Draft} draft
     */
    keep(draft) {
      return within(storage, (store) => {
        store.setItem(ownKey(draft.form), JSON.stringify(draft));
        return true;
      }) || false;
    },

    remove,

    /**
     * Forgets this tab's draft of a form; those of other tabs stay.
     * @param {string} form
     */
    forgetOwn(form) {
      remove(ownKey(form));
    },

    /**
     * Lets what this tab keeps from now on be a new draft: the form was opened anew.
     * @param {string} form
     */
    begin(form) {
      delete own[form];
      within(session, (store) => store.removeItem(OWN + form));
    },

    /**
     * The newest draft of a form. What is older than seven days, or cannot be read, is removed.
     * @param {string} form
     * @param {number} now in milliseconds
     * @returns {Kept | undefined}
     */
    newest(form, now) {
      const kept = all(form);
      kept.filter((each) => !isLiving(each.draft, form, now)).forEach((each) => remove(each.key));
      return kept
        .filter((each) => isLiving(each.draft, form, now))
        .sort((one, other) => Date.parse(other.draft.saved) - Date.parse(one.draft.saved))[0];
    }
  };
}
