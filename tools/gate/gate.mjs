/**
 * The gate: everything that has to hold before a change is taken in.
 *
 * @module
 */
import { constants } from "node:os"
import process from "node:process"
import { examples } from "./examples.mjs"
import { bench, job } from "./jobs.mjs"
import { parse } from "./options.mjs"
import { packages } from "./package.mjs"
import { killAll } from "./process.mjs"
import { snippets } from "./snippets.mjs"
import { arrows, format, lint, types } from "./static.mjs"
import { tallyOf } from "./tally.mjs"
import { pure, underBun, underDeno } from "./tests.mjs"

/**
 * What a stage needs to know.
 *
 * @typedef {object} Scene
 * @property {string} bun path of the binary
 * @property {string} deno path of the binary
 * @property {readonly ("bun" | "deno")[]} runtimes those to run code in
 * @property {readonly string[]} paths where the test files lie that are asked for; none means all
 */

/**
 * @typedef {object} Stage
 * @property {string} name
 * @property {(scene: Scene) => readonly Verdict[] | Promise<readonly Verdict[]>} run
 * @property {"bun" | "deno"} [runtime] the only runtime that it is about
 * @property {boolean} [takesPaths] whether it is about test files
 */

/** @typedef {import("./tally.mjs").Verdict} Verdict */

/**
 * Runs the stages that are asked for, each to its end whatever the others found.
 *
 * @param {{ bun: string, deno: string }} binaries
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit status
 */
export async function main(binaries, args) {
  const { only, runtimes, paths } = parse(args, stages.map(({ name }) => name))
  /** @type {Scene} */
  const scene = { ...binaries, runtimes, paths }
  endWithUs()
  let passed = 0
  let failed = 0
  let skipped = 0
  for (const stage of stages) {
    if (!isChosen(stage, only, scene)) continue
    const start = performance.now()
    const tally = tallyOf(await verdictsOf(stage, scene))
    passed += tally.passed
    failed += tally.failures.length
    skipped += tally.skips.length
    say(lineOf(stage.name, tally, (performance.now() - start) / 1000))
    for (const skip of tally.skips) say(indented(`skipped: ${skip}`))
    for (const failure of tally.failures) say(indented(`failed: ${failure}`))
  }
  say(`${passed} passed, ${failed} failed, ${skipped} skipped`)
  // Nothing found is no proof of anything: the paths were wrong.
  return failed === 0 && passed + skipped > 0 ? 0 : 1
}

/**
 * @param {Stage} stage
 * @param {readonly string[]} only
 * @param {Scene} scene
 */
function isChosen({ name, runtime, takesPaths }, only, { runtimes, paths }) {
  if (only.length > 0) return only.includes(name)
  if (runtime !== undefined && !runtimes.includes(runtime)) return false
  return paths.length === 0 || takesPaths === true
}

/**
 * @param {Stage} stage
 * @param {Scene} scene
 * @returns {Promise<readonly Verdict[]>}
 */
async function verdictsOf({ name, run }, scene) {
  try {
    return await run(scene)
  } catch (failure) {
    const detail = String(failure instanceof Error ? failure.stack : failure)
    return [{ result: "failed", name: `the stage ${name} itself`, detail }]
  }
}

/**
 * @param {string} name
 * @param {import("./tally.mjs").Tally} tally
 * @param {number} seconds
 */
function lineOf(name, { passed, failures, skips }, seconds) {
  const word = failures.length > 0 ? "FAILED" : "ok"
  const counts = `${passed} passed, ${failures.length} failed, ${skips.length} skipped`
  return `${word.padEnd(6)}  ${name.padEnd(8)}  ${counts}  (${seconds.toFixed(1)} s)`
}

/** What was started ends with this process. */
function endWithUs() {
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.once(signal, () => {
      killAll()
      process.exit(128 + constants.signals[signal])
    })
  }
  process.once("exit", killAll)
}

/** @param {string} text */
const indented = (text) => text.replaceAll(/^/gm, "        ").trimEnd()

/** @param {string} text */
function say(text) {
  process.stdout.write(`${text}\n`)
}

/** @type {readonly Stage[]} */
const stages = [
  { name: "format", run: format },
  { name: "lint", run: lint },
  { name: "types", run: types },
  { name: "arrows", run: arrows },
  { name: "pure", run: pure, runtime: "deno", takesPaths: true },
  { name: "bun", run: underBun, runtime: "bun", takesPaths: true },
  { name: "deno", run: underDeno, runtime: "deno", takesPaths: true },
  { name: "snippets", run: snippets },
  { name: "examples", run: examples },
  { name: "package", run: packages },
  { name: "job", run: job },
  { name: "bench", run: bench },
]
