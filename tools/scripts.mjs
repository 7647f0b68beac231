/**
 * The scripts of package.json. Each of them is `node tools/run.mjs NAME`.
 *
 * @module
 */

/**
 * @typedef {object} Script
 * @property {string} purpose one sentence, for its help
 * @property {string} program the path from the root of the project; it runs in Bun
 * @property {string} [lastWords] the last line on standard output when the project cannot be installed
 */

/** @type {Readonly<Record<string, Script>>} */
export const scripts = {
  build: {
    purpose: "Writes the package that npm gets to dist/, as JavaScript with types.",
    program: "tools/build.ts",
  },
  start: {
    purpose: "Streams a file zero-copy to another process, and proves that it arrived.",
    program: "demo/start.ts",
  },
  test: {
    purpose: "Runs the gate, or a part of it.",
    program: "tools/gate/gate.ts",
    lastWords: "0 passed, 1 failed, 0 skipped",
  },
  lab: {
    purpose: "Opens two hosts with a link on which zero-copy is real.",
    program: "lab/main.ts",
  },
  mutants: {
    purpose: "Breaks the code on purpose, one fault at a time, and sees a test fail for each.",
    program: "test/mutants/run.ts",
  },
  soak: {
    purpose: "Sends to many peers that misbehave, over a link that loses packets.",
    program: "test/soak/main.ts",
  },
  heap: {
    purpose:
      "Shows what is allocated on the JavaScript heap for each chunk, and by which function.",
    program: "test/heap/start.ts",
  },
  bench: {
    purpose: "Measures what a sender costs, every rival in turn in one session.",
    program: "bench/run.ts",
  },
  calibrate: {
    purpose: "Measures from which size on zero-copy pays here, and keeps it for sockets to find.",
    program: "bench/calibrate.ts",
  },
  reference: {
    purpose: "Writes docs/reference from the comments in the sources.",
    program: "tools/reference.ts",
  },
  report: {
    purpose: "Writes the page of results, its plots and the README's table.",
    program: "bench/page.ts",
  },
}

/**
 * What a user types to run a script with arguments.
 *
 * @param {string} name
 */
export const typed = (name) => `${["start", "test"].includes(name) ? "npm" : "npm run"} ${name} --`
