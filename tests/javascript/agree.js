/* Calls a function of a module with each of the cases that come as JSON on standard input; writes what it gave as JSON. */

import { pathToFileURL } from "node:url";

let text = "";
for await (const chunk of process.stdin) text += chunk;
const [file, name] = process.argv.slice(2);
const called = (await import(pathToFileURL(file).href))[name];
const given = await Promise.all(JSON.parse(text).map(async (each) => {
  try {
    return { gave: await called(...each) };
  } catch (error) {
    return { threw: error.constructor.name };
  }
}));
process.stdout.write(JSON.stringify(given));
