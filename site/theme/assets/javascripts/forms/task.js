// @ts-check
/* Solves the task that a new address is set in a flood of filings, in short turns, and then files; knows no question. */

import { make, one } from "../shared/dom.js";
import { sha256Of } from "../shared/sha256.js";

const TRIES_IN_A_TURN = 5000;
const SOLVING = "现在网上提交的人异常多，浏览器正在算一道题，要几秒钟。算好会自动提交，请不要关掉这一页。";

/** @typedef {{algorithm: string, challenge: string, maxnumber: number, salt: string, signature: string}} Task as ALTCHA has it */

/**
 * The task with the number that solves it, as it is sent.
 * @param {Task} task
 * @param {() => Promise<void>} rest lets the page do other things
 */
export async function solution(task, rest) {
  for (let number = 0; number <= task.maxnumber; number += 1) {
    if (number % TRIES_IN_A_TURN === 0) await rest();
    if (sha256Of(`${task.salt}${number}`) === task.challenge) return btoa(JSON.stringify(Object.assign({ number }, task)));
  }
  return "";
}

/** @param {string} address */
async function solveFrom(address) {
  const answer = await fetch(address, { credentials: "omit" });
  return solution(await answer.json(), () => new Promise((resolve) => window.setTimeout(resolve, 0)));
}

/**
 * @param {HTMLElement} form
 * @param {string} proof
 */
function carry(form, proof) {
  const field = make("input");
  field.type = "hidden";
  field.name = "altcha";
  field.value = proof;
  form.appendChild(field);
}

/** Without a proof the page is filed all the same: the service says what to do, and nothing typed is lost. */
export function startTask() {
  const form = one(document, "form[data-task]");
  if (!form) return;
  const button = one(form, "[name=action][value=file]");
  const told = make("p", "note");
  told.setAttribute("role", "status");
  button.parentElement.after(told);
  button.addEventListener("click", (event) => {
    if (one(form, "[name=altcha]")) return;
    event.preventDefault();
    if (told.textContent) return;
    told.textContent = SOLVING;
    solveFrom(form.dataset.task).catch(() => "").then((proof) => {
      carry(form, proof);
      button.click();
    });
  });
  /* Back on a page that was filed: its proof is used up. */
  window.addEventListener("pageshow", ({ persisted }) => {
    const used = one(form, "[name=altcha]");
    if (!persisted || !used) return;
    used.remove();
    told.textContent = "";
  });
}
