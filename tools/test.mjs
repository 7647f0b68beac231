/**
 * `npm test`: installs what is missing, then runs the gate.
 *
 * @module
 */
import process from "node:process"
import { makeReady, NotReady } from "./ready.mjs"

try {
  const runtimes = makeReady()
  // Only now: the gate imports packages.
  const { gate } = await import("./gate/gate.mjs")
  process.exitCode = await gate(runtimes, process.argv.slice(2))
} catch (failure) {
  if (!(failure instanceof NotReady)) throw failure
  process.stderr.write(`${failure.message}\n`)
  process.stdout.write("0 passed, 1 failed, 0 skipped\n")
  process.exitCode = 1
}
