import { spawn } from "node:child_process"
import { constants } from "node:os"
import process from "node:process"

/**
 * Runs a command with our own standard streams, passes signals on to it, and ends as it ends.
 *
 * @param {string} command
 * @param {readonly string[]} args
 */
export function launch(command, args) {
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
