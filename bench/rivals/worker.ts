/**
 * What `zerowire.ts` does, in a Worker: nothing of its heap is pinned there. Arguments: as of `measure`.
 *
 * @module
 */
import process from "node:process"
import { Worker } from "node:worker_threads"

new Worker(new URL("zerowire.ts", import.meta.url), { argv: process.argv.slice(2) })
