/**
 * The scripts of package.json. Each of them is `node tools/run.mjs NAME`.
 *
 * @module
 */

/**
 * @param {string} program the path from the root of the project; it runs in Bun
 * @param {string} purpose one sentence for `--help`
 */
const script = (program, purpose) => ({ program, purpose })

/** @type {Readonly<Record<string, ReturnType<typeof script>>>} */
export const scripts = {
  build: script("tools/build.ts", "Writes the package that npm gets to dist/, with types."),
  start: script(
    "demo/start.ts",
    "Streams a file zero-copy to a process, and proves that it arrived.",
  ),
  test: script("tools/gate/gate.ts", "Runs the gate, or a part of it."),
  lab: script("lab/main.ts", "Opens two hosts with a link on which zero-copy is real."),
  mutants: script(
    "test/mutants/run.ts",
    "Breaks the code on purpose, and checks that a test fails each time.",
  ),
  fuzz: script(
    "test/http_fuzz/main.ts",
    "Sends millions of mutated bytes to an HTTP server, and checks every answer.",
  ),
  clients: script(
    "test/http_clients/main.ts",
    "Serves curl, wrk, h2load, proxies, slow attackers and a browser over HTTP.",
  ),
  soak: script(
    "test/soak/main.ts",
    "Sends to peers that misbehave, over a link that loses packets.",
  ),
  browser: script(
    "test/status/browser.ts",
    "Opens the status page in headless Chromium, and checks what it shows.",
  ),
  heap: script("bench/heap/start.ts", "Shows what each chunk allocates on the heap, and where."),
  bench: script(
    "bench/run.ts",
    "Measures what a sender costs, every rival in turn in one session.",
  ),
  "import-cost": script(
    "bench/import_cost.ts",
    "Measures what importing Zerowire costs, and what it adds to a bundle.",
  ),
  calibrate: script(
    "bench/calibrate.ts",
    "Measures the size from which zero-copy pays off, and saves it.",
  ),
  reference: script(
    "tools/reference.ts",
    "Writes docs/reference from the comments in the sources.",
  ),
  api: script("tools/api.ts", "Writes docs/api: what the package exports, without comments."),
  release: script("tools/release.ts", "Makes a release: versions, changelog, gate, commit, tag."),
  report: script("bench/page.ts", "Writes the page of results, its plots and the README's table."),
}

/**
 * The words that a user types to run a script with arguments.
 *
 * @param {string} name
 */
export const typed = (name) => `${["start", "test"].includes(name) ? "npm" : "npm run"} ${name} --`
