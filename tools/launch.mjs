import { spawn } from "node:child_process"
import { writeSync } from "node:fs"
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
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"])) {
    process.on(signal, () => child.kill(signal))
  }
  child.on("error", (failure) => {
    process.stderr.write(`Cannot start ${command}: ${failure.message}\n`)
    process.exitCode = 1
  })
  child.on("exit", (code, signal) => {
    if (signal !== null) restoreTerminal()
    process.exitCode = code ?? 128 + constants.signals[signal ?? "SIGTERM"]
  })
}

/**
 * What a signal kills cannot do that itself: shows the cursor and turns auto-wrap on, which a progress
 * bar may have turned off (DECTCEM and DECAWM, as xterm has them).
 */
function restoreTerminal() {
  if (!process.stderr.isTTY) return
  try {
    writeSync(2, "\x1b[?25h\x1b[?7h")
  } catch {
    // The terminal is gone.
  }
}
