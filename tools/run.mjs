/**
 * Every script of package.json starts this. It installs what is missing, then runs the program that
 * `scripts.mjs` lists under that name.
 *
 *     node tools/run.mjs NAME [ARGUMENTS]
 *
 * @module
 */
import { spawn } from "node:child_process"
import { writeSync } from "node:fs"
import { constants } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { isReady, makeReady, NotReady, root } from "./ready.mjs"
import { scripts, typed } from "./scripts.mjs"

const [name, ...args] = process.argv.slice(2)
const script = Object.hasOwn(scripts, name ?? "") ? scripts[name] : undefined
if (script === undefined) {
  const names = Object.keys(scripts).join(", ")
  process.stderr.write(`There is no script "${name ?? ""}". Use one of: ${names}\n`)
  process.exitCode = 2
} else if (asksForHelp(args) && !isReady()) sayPurpose(name, script)
else run(script)

/** @param {typeof scripts[string]} script */
function run({ program }) {
  try {
    const { bun } = makeReady()
    launch(bun, [join(root, program), ...args])
  } catch (failure) {
    if (!(failure instanceof NotReady)) throw failure
    process.stderr.write(`${failure.message}\n`)
    if (name === "test") process.stdout.write("0 passed, 1 failed, 0 skipped\n")
    process.exitCode = 1
  }
}

/** @param {readonly string[]} args */
function asksForHelp(args) {
  return args.includes("--help") || args.includes("-h")
}

/**
 * Prints the help that needs no packages: a request for help should not install anything.
 *
 * @param {string} name
 * @param {typeof scripts[string]} script
 */
function sayPurpose(name, { purpose }) {
  process.stdout.write(
    `Usage: ${typed(name)} [options]\n\n${purpose}\n\n` +
      "Its options are listed here once the project is installed: run npm ci\n",
  )
}

/**
 * Runs a command with this process's standard streams, passes signals on to it, and ends with its
 * status.
 *
 * @param {string} command
 * @param {readonly string[]} args
 */
function launch(command, args) {
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
 * Shows the cursor and turns auto-wrap on (xterm's DECTCEM and DECAWM). A progress bar may have turned
 * them off, and a process that was killed by a signal cannot restore them.
 */
function restoreTerminal() {
  if (!process.stderr.isTTY) return
  try {
    writeSync(2, "\x1b[?25h\x1b[?7h")
  } catch {
    // The terminal is gone.
  }
}
