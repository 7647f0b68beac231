import process from "node:process"

/**
 * What a stage found.
 *
 * @typedef {object} Tally
 * @property {number} passed
 * @property {readonly string[]} failures what failed, and what is known of it
 * @property {readonly string[]} skips names, with the reason where there is one
 */

/**
 * @typedef {object} Verdict
 * @property {"passed" | "failed" | "skipped"} result
 * @property {string} name
 * @property {string} [detail] what is known of a failure, or why it was skipped
 */

/**
 * @param {Verdict["result"]} result
 * @param {string} name
 * @param {string} [detail]
 * @returns {Verdict}
 */
export const verdict = (result, name, detail = "") => ({ result, name, detail })

/**
 * @param {string} name
 * @param {string} problem nothing when all is well
 */
export const verdictOf = (name, problem) =>
  verdict(problem === "" ? "passed" : "failed", name, problem)

/**
 * Counts verdicts. A skip counts as a failure where everything could have run.
 *
 * @param {readonly Verdict[]} verdicts
 * @returns {Tally}
 */
export function tallyOf(verdicts) {
  const failures = []
  const skips = []
  let passed = 0
  for (const { result, name, detail } of verdicts) {
    const told = detail === undefined || detail === "" ? name : `${name}: ${detail}`
    if (result === "passed") passed++
    else if (result === "failed") failures.push(told)
    else if (mayBeSkipped(told)) skips.push(told)
    else failures.push(`${told} (was skipped, and with root nothing may be)`)
  }
  return { passed, failures, skips }
}

/**
 * @param {string} told
 * @param {boolean} asRoot
 */
export function mayBeSkipped(told, asRoot = process.geteuid?.() === 0) {
  return !asRoot || allowedWithRoot.some((reason) => told.includes(reason))
}

/** Root can do everything here but these: reach what is not there, and be in the other runtime. */
const allowedWithRoot = ["JSR cannot be reached", "needs Bun", "needs Deno"]
