import { filesIn } from "./files.mjs"
import { run } from "./process.mjs"

/** @typedef {import("./tally.mjs").Verdict} Verdict */
/** @typedef {import("./gate.mjs").Scene} Scene */

/**
 * Runs each example in each runtime: it has to end by itself, with status 0.
 *
 * @param {Scene} scene
 */
export async function examples(scene) {
  const verdicts = []
  for (const file of filesIn(["examples"], /^examples\/[^/]+\.ts$/)) {
    for (const runtime of scene.runtimes) verdicts.push(await runProgram(scene, runtime, file))
  }
  return verdicts
}

/**
 * @param {Scene} scene
 * @param {"bun" | "deno"} runtime
 * @param {string} file
 * @param {string} name
 * @returns {Promise<Verdict>}
 */
export async function runProgram({ bun, deno }, runtime, file, name = file) {
  const command = runtime === "bun" ? [bun, file] : [deno, "run", "--no-check", "-A", file]
  const { how, stdout, output } = await run(command, { seconds: 60 })
  const title = `${name} in ${runtime}`
  if (how !== undefined) return { result: "failed", name: title, detail: `${how}\n${output}` }
  const skip = /^SKIP: (.+)$/m.exec(stdout)
  if (skip !== null) return { result: "skipped", name: title, detail: skip[1] }
  return { result: "passed", name: title }
}
