import process from "node:process"
import { nothingRelayed, type Relayed, type RelayJob, relaySource } from "../relay_loop.ts"

/**
 * A thread that relays. An FFI call of Deno's makes one system call, so a loop of them needs a thread with
 * JavaScript: a Worker of `node:worker_threads`, because Deno's own cannot be told to let the process end.
 */
export class DenoRelayThread {
  readonly #library: string
  #worker: NodeWorker | undefined
  #done: ((relayed: Relayed) => void) | undefined

  constructor(library: string) {
    this.#library = library
  }

  relay(job: RelayJob, done: (relayed: Relayed) => void): void {
    if (this.#done !== undefined) throw new Error("Cannot relay twice at once with one courier")
    this.#done = done
    this.#worker ??= this.#start()
    this.#worker.ref()
    this.#worker.postMessage(job)
  }

  close(): void {
    this.#worker?.terminate()
    this.#worker = undefined
  }

  #start(): NodeWorker {
    const { Worker } = process.getBuiltinModule("node:worker_threads") as WorkerThreads
    const worker = new Worker(threadSource, { eval: true, workerData: this.#library })
    worker.on("message", (relayed) => this.#finish(relayed as Relayed))
    // It could not start, so nothing was moved. The caller then goes on by itself. This thread would answer no
    // other job.
    worker.on("error", () => {
      this.close()
      this.#finish(nothingRelayed)
    })
    return worker
  }

  #finish(relayed: Relayed): void {
    const done = this.#done
    this.#done = undefined
    this.#worker?.unref()
    done?.(relayed)
  }
}

interface NodeWorker {
  on(event: "message" | "error", listener: (value: unknown) => void): void
  postMessage(message: unknown): void
  ref(): void
  unref(): void
  terminate(): unknown
}

interface WorkerThreads {
  readonly Worker: new (source: string, options: object) => NodeWorker
}

const threadSource = `
const { parentPort, workerData } = require("node:worker_threads")
const { symbols: calls } = Deno.dlopen(workerData, {
  splice: { parameters: ["i32", "usize", "i32", "usize", "usize", "u32"], result: "i32" },
  poll: { parameters: ["buffer", "usize", "i32"], result: "i32" },
  __errno_location: { parameters: [], result: "usize" },
})
const address = Deno.UnsafePointer.create(calls.__errno_location())
const number = new Int32Array(Deno.UnsafePointerView.getArrayBuffer(address, 4))
const entries = new Int32Array(4)
const relay = ${relaySource}
parentPort.on("message", (job) => parentPort.postMessage(relay(calls, () => number[0], entries, job)))
`
