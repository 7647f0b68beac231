/**
 * Does what `zerowire.ts` does, in a Worker, whose heap is never pinned. Arguments: those of `measure`.
 *
 * @module
 */
import process from "node:process"
import { Worker } from "node:worker_threads"

new Worker(new URL("zerowire.ts", import.meta.url), { argv: process.argv.slice(2) })
