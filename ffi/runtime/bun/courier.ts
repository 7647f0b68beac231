import type { Address, Courier } from "../backend.ts"
import { nothingRelayed, type Relayed, type RelayJob, relaySource } from "../relay_loop.ts"
import type { RefWorker } from "./worker.ts"
import { startWorker } from "./worker.ts"

/** A Worker that makes blocking calls, because Bun cannot make an FFI call on another thread. */
export class BunCourier implements Courier {
  readonly #libraries: readonly string[]
  #worker: { readonly worker: RefWorker; readonly url: string } | undefined
  #done: ((result: unknown) => void) | undefined

  constructor(libraries: readonly string[]) {
    this.#libraries = libraries
  }

  send(fd: number, header: Address, flags: number, done: (n: number) => void): void {
    this.#call(["sendmsg", fd, header, flags], done)
  }

  sendFile(
    fd: number,
    file: number,
    offset: Address,
    count: number,
    done: (n: number) => void,
  ): void {
    this.#call(["sendfile", fd, file, offset, count], done)
  }

  read(
    fd: number,
    address: Address,
    length: number,
    position: number,
    done: (n: number) => void,
  ): void {
    this.#call(["pread", fd, address, length, position], done)
  }

  advise(address: Address, length: number, advice: number, done: (n: number) => void): void {
    this.#call(["madvise", address, length, advice], done)
  }

  relay(job: RelayJob, done: (relayed: Relayed) => void): void {
    this.#call<Relayed>(["relay", job], (result) => done(result === -1 ? nothingRelayed : result))
  }

  #call<T>(call: readonly unknown[], done: (result: T | -1) => void): void {
    if (this.#done !== undefined) throw new Error("Cannot make two calls at once with one courier")
    this.#done = done as (result: unknown) => void
    const { worker } = this.#worker ??= this.#start()
    worker.ref()
    worker.postMessage(call)
  }

  close(): void {
    if (this.#worker === undefined) return
    this.#worker.worker.terminate()
    URL.revokeObjectURL(this.#worker.url)
    this.#worker = undefined
  }

  #start(): { readonly worker: RefWorker; readonly url: string } {
    const started = startWorker(workerSource)
    started.worker.onmessage = ({ data }: MessageEvent) => this.#finish(data)
    // Nothing was sent. The caller then tries itself, and learns what is wrong.
    started.worker.onerror = () => {
      // It may have ended, and would answer no other call.
      this.close()
      this.#finish(-1)
    }
    started.worker.postMessage(this.#libraries)
    return started
  }

  #finish(result: unknown): void {
    const done = this.#done
    this.#done = undefined
    this.#worker?.worker.unref()
    done?.(result)
  }
}

const workerSource = `
import { dlopen, toArrayBuffer } from "bun:ffi"
let calls
const entries = new Int32Array(4)
const relay = ${relaySource}
self.onmessage = ({ data: libraries }) => {
  const symbols = {
    sendmsg: { args: ["i32", "ptr", "i32"], returns: "i32" },
    sendfile: { args: ["i32", "i32", "ptr", "u64"], returns: "i32" },
    pread: { args: ["i32", "ptr", "u64", "i64"], returns: "i32" },
    madvise: { args: ["ptr", "u64", "i32"], returns: "i32" },
    splice: { args: ["i32", "u64", "i32", "u64", "u64", "u32"], returns: "i32" },
    poll: { args: ["ptr", "u64", "i32"], returns: "i32" },
    __errno_location: { args: [], returns: "ptr" },
  }
  for (const library of libraries) {
    try { calls = dlopen(library, symbols).symbols; break } catch {}
  }
  const number = new Int32Array(toArrayBuffer(calls.__errno_location(), 0, 4))
  const own = { relay: (job) => relay(calls, () => number[0], entries, job) }
  self.onmessage = ({ data: [name, ...args] }) => postMessage((own[name] ?? calls[name])(...args))
}
`
