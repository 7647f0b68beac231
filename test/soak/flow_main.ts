/**
 * Pipes one long stream from a producer that always has a chunk, and reports how much memory that took.
 *
 * Arguments: address, port, bytes; whether chunks are `fresh`, which are taken, `views`, which are
 * copied, or `borrowed`; and how much may be pinned, or 0 for as much as usual.
 *
 * @module
 */
import process from "node:process"
import { connect } from "../../src/mod.ts"
import { defaultStack } from "../../src/stack/default_stack.ts"
import { fill } from "./content.ts"
import type { Flowed } from "./flow.ts"

const [hostname, port, total, kind, limit] = process.argv.slice(2)
const totalBytes = Number(total)
const chunkBytes = 256 * 1024

const ownership = kind === "borrowed" ? "borrow" : "auto"
const socket = await connect({ hostname, port: Number(port), ownership })
const { budget } = defaultStack()
if (Number(limit) > 0) budget.limit = Number(limit)
let pinnedBytes = 0
const changed = budget.changed.bind(budget)
// Not a sample: all pinned memory passes here.
budget.changed = (before, now) => {
  changed(before, now)
  pinnedBytes = Math.max(pinnedBytes, budget.used)
}

const rssBefore = process.memoryUsage().rss
let rss = rssBefore
let queuedBytes = 0
let at = 0
let chunks = 0
await new ReadableStream<Uint8Array>({
  pull(controller) {
    const length = Math.min(chunkBytes, totalBytes - at)
    if (length === 0) return controller.close()
    const chunk = kind === "views"
      ? new Uint8Array(length + 1).subarray(0, length)
      : new Uint8Array(length)
    fill(0, at, chunk)
    controller.enqueue(chunk)
    at += length
    look()
  },
}).pipeTo(socket.writable)
const { refusals, zerocopyBytes, unverifiedBytes, copiedBytes } = socket.stats()
await socket.close()
const { held, acceptedBytes } = socket.stats()
const flowed: Flowed = {
  ...{ acceptedBytes, held, refusals, copiedBytes, pinnedBytes, queuedBytes },
  ...{ pinnedLimit: budget.limit, zerocopyBytes: zerocopyBytes + unverifiedBytes },
  ...{ rssBefore, rss },
}
process.stdout.write(`${JSON.stringify(flowed)}\n`)
process.exit(0)

/** Measured right after a chunk; resident memory only now and then, because it costs a call. */
function look(): void {
  queuedBytes = Math.max(queuedBytes, socket.stats().queuedBytes)
  if (chunks++ % 16 === 0) rss = Math.max(rss, process.memoryUsage().rss)
}
