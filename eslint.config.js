/* What the scripts of the pages may be written in: what every browser that reads modules understands. */

import js from "@eslint/js";

/* What the browser gives us and we use. A name that is not here is a mistake, and a module that has one of these as its own
   name would hide it from every other module, since the build puts them into one scope. */
const BROWSER = [
  "Blob", "DataTransfer", "DragEvent", "Element", "Event", "File", "FileReader", "Text", "TextDecoder", "TextEncoder", "URL",
  "URLSearchParams", "Worker", "XMLHttpRequest", "atob", "btoa", "crypto", "document", "fetch", "location", "self", "window"
];
const NODE = ["Blob", "atob", "crypto", "process", "setImmediate"];

function readable(names) {
  return Object.fromEntries(names.map((name) => [name, "readonly"]));
}

const STRICT = {
  ...js.configs.recommended.rules,
  "array-callback-return": "error",
  "consistent-return": "error",
  "eqeqeq": "error",
  "max-lines": ["error", 300],
  "max-statements": ["error", 20],
  "no-implicit-globals": "error",
  "no-shadow": ["error", { builtinGlobals: true, hoist: "all" }],
  "no-unused-vars": ["error", { caughtErrors: "none", argsIgnorePattern: "^_$" }],
  "no-var": "error",
  "object-shorthand": "error",
  "prefer-arrow-callback": "error",
  "prefer-const": "error",
  "prefer-template": "error"
};

export default [
  { ignores: ["build/", "node_modules/", ".venv/", ".venv-deploy/", "data/"] },
  {
    files: ["site/theme/assets/javascripts/**/*.js"],
    ignores: ["site/theme/assets/javascripts/site.js"],
    languageOptions: { ecmaVersion: 2017, sourceType: "module", globals: readable(BROWSER) },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: STRICT
  },
  {
    /* Every page has it, in the oldest browser too. */
    files: ["site/theme/assets/javascripts/site.js"],
    languageOptions: { ecmaVersion: 5, sourceType: "script", globals: readable(["document", "window"]) },
    rules: { ...js.configs.recommended.rules, "no-unused-vars": ["error", { caughtErrors: "none" }] }
  },
  {
    files: ["tests/javascript/**/*.js", "eslint.config.js"],
    languageOptions: { ecmaVersion: 2023, sourceType: "module", globals: readable(NODE) },
    rules: { ...STRICT, "max-statements": "off" }
  }
];
