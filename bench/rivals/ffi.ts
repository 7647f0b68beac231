/**
 * What one call through FFI costs, in nanoseconds: `abs`, which does nothing, and `getppid`, which
 * enters the kernel and does nothing there.
 *
 * @module
 */
import process from "node:process"
import { backend } from "../../ffi/runtime/select.ts"
import { libraries } from "../../ffi/libc.ts"

const calls = 1_000_000
const { abs, getppid } = backend().load(libraries, {
  abs: { args: ["int"], result: "int" },
  getppid: { args: [], result: "int" },
})

const result = {
  callNanos: nanosOf(() => abs(-1)),
  systemCallNanos: nanosOf(() => getppid()),
}
process.stdout.write(`${JSON.stringify(result)}\n`)

/** The best of several, since whatever disturbs makes it longer. */
function nanosOf(call: () => number): number {
  const times = Array.from({ length: 10 }, () => {
    const started = performance.now()
    let sum = 0
    for (let i = 0; i < calls; i++) sum += call()
    if (!Number.isFinite(sum)) throw new Error("It answered no number")
    return (performance.now() - started) * 1e6 / calls
  })
  return Math.min(...times)
}
