/**
 * `npm start`: installs what is missing, then runs the main job in Bun with the arguments given.
 *
 * @module
 */
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { constants } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { makeReady, NotReady, root } from "./ready.mjs"

const job = join(root, "demo", "start.ts")

try {
  const { bun } = makeReady()
  if (!existsSync(job)) throw new NotReady("Cannot find demo/start.ts. Check the whole project out")
  run(bun, [job, ...process.argv.slice(2)])
} catch (failure) {
  if (!(failure instanceof NotReady)) throw failure
  process.stderr.write(`${failure.message}\n`)
  process.exitCode = 1
}

/**
 * Runs a command with our own standard streams, passes signals on to it, and ends as it ends.
 *
 * @param {string} command
 * @param {readonly string[]} args
 */
function run(command, args) {
  const child = spawn(command, args, { stdio: "inherit" })
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
    process.on(signal, () => child.kill(signal))
  }
  child.on("error", (failure) => {
    process.stderr.write(`Cannot start ${command}: ${failure.message}\n`)
    process.exitCode = 1
  })
  child.on("exit", (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal ?? "SIGTERM"]
  })
}
