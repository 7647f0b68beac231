/**
 * Starts a program of the project in Bun, once everything is installed.
 *
 * @module
 */
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { constants } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { makeReady, NotReady, root } from "./ready.mjs"

/**
 * Installs what is missing, then runs a program in Bun with the arguments of this one, and ends as it
 * ends.
 *
 * @param {string} program the path from the root of the project
 */
export function launch(program) {
  try {
    const { bun } = makeReady()
    const script = join(root, program)
    if (!existsSync(script)) {
      throw new NotReady(`Cannot find ${program}. Check the whole project out`)
    }
    run(bun, [script, ...process.argv.slice(2)])
  } catch (failure) {
    if (!(failure instanceof NotReady)) throw failure
    process.stderr.write(`${failure.message}\n`)
    process.exitCode = 1
  }
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
