import type { Address, Courier } from "../backend.ts"
import type { RefWorker } from "./worker.ts"
import { startWorker } from "./worker.ts"

/** A Worker that makes blocking calls, because Bun cannot make an FFI call on another thread. */
export class BunCourier implements Courier {
  readonly #libraries: readonly string[]
  #worker: { readonly worker: RefWorker; readonly url: string } | undefined
  #done: ((n: number) => void) | undefined

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

  advise(address: Address, length: number, advice: number, done: (n: number) => void): void {
    this.#call(["madvise", address, length, advice], done)
  }

  #call(call: readonly unknown[], done: (n: number) => void): void {
    if (this.#done !== undefined) throw new Error("Cannot make two calls at once with one courier")
    this.#done = done
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
    started.worker.onerror = () => this.#finish(-1)
    started.worker.postMessage(this.#libraries)
    return started
  }

  #finish(n: number): void {
    const done = this.#done
    this.#done = undefined
    this.#worker?.worker.unref()
    done?.(n)
  }
}

const workerSource = `
import { dlopen } from "bun:ffi"
let calls
self.onmessage = ({ data: libraries }) => {
  const symbols = {
    sendmsg: { args: ["i32", "ptr", "i32"], returns: "i32" },
    sendfile: { args: ["i32", "i32", "ptr", "u64"], returns: "i32" },
    madvise: { args: ["ptr", "u64", "i32"], returns: "i32" },
  }
  for (const library of libraries) {
    try { calls = dlopen(library, symbols).symbols; break } catch {}
  }
  self.onmessage = ({ data: [name, ...args] }) => postMessage(calls[name](...args))
}
`
