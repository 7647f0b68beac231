import { existsSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { root } from "../ready.mjs"
import { filesIn } from "./files.mjs"
import { run } from "./process.mjs"

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
  const report = reportIn(stdout)
  if (report === undefined) {
    return [{
      result: "failed",
      name: "npm start",
      detail: `${how ?? "printed no report"}\n${output}`,
    }]
  }
  /** @type {Verdict[]} */
  const verdicts = [
    ...report.runs.map(({ runtime, link }) => /** @type {Verdict} */ ({
      result: "passed",
      name: `a file from ${runtime} over ${link}`,
    })),
    ...report.missing.map(({ link, reason }) => /** @type {Verdict} */ ({
      result: "skipped",
      name: `a file over ${link}`,
      detail: reason,
    })),
    ...report.failures.map((failure) => /** @type {Verdict} */ ({
      result: "failed",
      name: "npm start",
      detail: failure,
    })),
  ]
  if (how === undefined || report.failures.length > 0) return verdicts
  return [{ result: "failed", name: "npm start", detail: `${how}\n${output}` }]
}

/**
 * A short run of the benchmarks: they work, and what they send arrives. Nothing is said of the times.
 *
 * @param {Scene} scene
 * @returns {Promise<readonly Verdict[]>}
 */
export async function bench({ bun }) {
  if (filesIn(["bench"], /\.ts$/).length === 0) return []
  const name = "bench"
  const program = existsSync(join(root, "bench/smoke.ts"))
    ? ["bench/smoke.ts"]
    : ["bench/run.ts", "--smoke"]
  if (!existsSync(join(root, program[0]))) {
    const detail = "there is neither bench/smoke.ts nor bench/run.ts: the gate runs one of them"
    return [{ result: "failed", name, detail }]
  }
  const { how, output } = await run([bun, ...program], { seconds: 180 })
  if (how === undefined) return [{ result: "passed", name }]
  return [{ result: "failed", name, detail: `${how}\n${output}` }]
}

/**
 * @typedef {object} Report the JSON of `npm start -- --json`
 * @property {readonly { runtime: string, link: string }[]} runs
 * @property {readonly { link: string, reason: string }[]} missing
 * @property {readonly string[]} failures
 */

/**
 * @param {string} stdout
 * @returns {Report | undefined}
 */
function reportIn(stdout) {
  const last = stdout.trimEnd().split("\n").at(-1) ?? ""
  return last.startsWith("{") ? JSON.parse(last) : undefined
}
