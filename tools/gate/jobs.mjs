import process from "node:process"
import { check, run } from "./process.mjs"
import { verdict } from "./tally.mjs"

/** @typedef {import("./tally.mjs").Verdict} Verdict */
/** @typedef {import("./gate.mjs").Scene} Scene */

/**
 * The main job, just as `npm start` runs it.
 *
 * @param {Scene} scene
 * @returns {Promise<readonly Verdict[]>}
 */
export async function job({ runtimes }) {
  const runtime = runtimes.length === 2 ? "both" : runtimes[0]
  const options = ["--runtime", runtime, "--link", "all", "--json"]
  const command = [process.execPath, "tools/run.mjs", "start", ...options]
  const { how, stdout, output } = await run(command, { seconds: 180 })
  const name = "npm start"
  const last = stdout.trimEnd().split("\n").at(-1) ?? ""
  /** @type {Report} */
  const { runs, missing, failures } = last.startsWith("{") ? JSON.parse(last) : nothing
  if (failures.length === 0 && (how !== undefined || runs.length === 0)) {
    return [verdict("failed", name, `${how ?? "ran nothing"}\n${output}`)]
  }
  return [
    ...runs.map(({ runtime, link }) => verdict("passed", `a file from ${runtime} over ${link}`)),
    ...missing.map(({ link, reason }) => verdict("skipped", `a file over ${link}`, reason)),
    ...failures.map((detail) => verdict("failed", name, detail)),
  ]
}

/**
 * A short run of the benchmarks: they work, and what they send arrives. Nothing is said of the times.
 * What was measured for good is what the page of results, its plots and the README's table show.
 *
 * @param {Scene} scene
 * @returns {Promise<readonly Verdict[]>}
 */
export const bench = async ({ bun }) => [
  await check("bench", [bun, "bench/smoke.ts"]),
  await check("the page of results is up to date", [bun, "bench/page.ts", "--check"]),
]

/**
 * @typedef {object} Report the JSON of `npm start -- --json`
 * @property {readonly { runtime: string, link: string }[]} runs
 * @property {readonly { link: string, reason: string }[]} missing
 * @property {readonly string[]} failures
 */

/** @type {Report} */
const nothing = { runs: [], missing: [], failures: [] }
