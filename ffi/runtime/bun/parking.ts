import { eventBytes, eventDataOffset, writeEvent } from "../../abi/epoll_event.ts"
import {
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLL_CTL_MOD,
  EPOLLIN,
  EPOLLONESHOT,
} from "../../constants.ts"
import type { Address, Parking, Wake } from "../backend.ts"
import type { Descriptors } from "../backend.ts"
import { type RefWorker, startWorker } from "./worker.ts"

/** The calls that parking makes on the JavaScript thread; each returns `-1` on failure. */
export interface BunParkingCalls {
  epoll_create1(flags: number): number
  epoll_ctl(epoll: number, operation: number, fd: number, event: Address): number
  eventfd(initial: number, flags: number): number
  eventfd_write(fd: number, value: number): number
  addressOf(buffer: ArrayBuffer): Address
}

/**
 * Parks a Worker in `epoll_wait`, because Bun cannot make an FFI call on another thread.
 *
 * The Worker waits on an outer epoll instance that watches the real one with EPOLLONESHOT. After each
 * wake the outer one is silent until `park()` arms it again with one `epoll_ctl`, so the Worker never
 * spins and needs no message.
 */
export class BunParking implements Parking {
  readonly #epollFd: number
  readonly #libraries: readonly string[]
  readonly #calls: BunParkingCalls
  readonly #wake: Wake
  readonly #descriptors: Descriptors
  readonly #event = new ArrayBuffer(eventBytes)
  readonly #eventAddress: Address
  #started: Started | undefined
  /** Whether the outer instance has ever watched the real one. */
  #armed = false
  #parked = false
  #referenced = false

  constructor(
    epollFd: number,
    libraries: readonly string[],
    calls: BunParkingCalls,
    wake: Wake,
    descriptors: Descriptors,
  ) {
    this.#descriptors = descriptors
    this.#epollFd = epollFd
    this.#libraries = libraries
    this.#calls = calls
    this.#wake = wake
    this.#eventAddress = calls.addressOf(this.#event)
  }

  prepare(): void {
    this.#started ??= this.#start()
  }

  park(): void {
    if (this.#parked) return
    this.prepare()
    const { outer } = this.#started as Started
    if (this.#armed) this.#arm(EPOLL_CTL_MOD, outer)
    else this.#arm(EPOLL_CTL_ADD, outer)
    this.#armed = true
    this.#parked = true
  }

  /** The runtime does not count a waiting Worker among its pending operations. */
  rest(): boolean {
    return false
  }

  reference(keepAlive: boolean): void {
    if (keepAlive === this.#referenced) return
    this.#referenced = keepAlive
    if (keepAlive) this.#started?.worker.ref()
    else this.#started?.worker.unref()
  }

  async close(): Promise<void> {
    const started = this.#started
    if (started === undefined) return
    this.#started = undefined
    this.#armed = false
    this.#parked = false
    // A Worker that is still starting does not listen yet; the message waits for it.
    started.worker.ref()
    this.#calls.eventfd_write(started.stop, 1)
    await started.ended
    started.worker.terminate()
    URL.revokeObjectURL(started.url)
    this.#descriptors.close(started.outer)
    this.#descriptors.close(started.stop)
  }

  /** Bun ends the Workers of an isolate before the isolate. */
  abandon(): void {}

  #arm(operation: number, outer: number): void {
    writeEvent(this.#event, EPOLLIN | EPOLLONESHOT, tagWake)
    if (this.#calls.epoll_ctl(outer, operation, this.#epollFd, this.#eventAddress) < 0) {
      throw new Error("Cannot wait for sockets: epoll_ctl on the outer epoll instance failed")
    }
  }

  #keep(fd: number): number {
    return fd < 0 ? fd : this.#descriptors.keep(fd)
  }

  #start(): Started {
    const outer = this.#keep(this.#calls.epoll_create1(EPOLL_CLOEXEC))
    const stop = this.#keep(this.#calls.eventfd(0, EPOLL_CLOEXEC))
    if (outer < 0 || stop < 0) {
      if (outer >= 0) this.#descriptors.close(outer)
      if (stop >= 0) this.#descriptors.close(stop)
      throw new Error(
        "Cannot wait for sockets: no file descriptor is left for an epoll instance. Raise `ulimit -n`",
      )
    }
    writeEvent(this.#event, EPOLLIN, tagStop)
    this.#calls.epoll_ctl(outer, EPOLL_CTL_ADD, stop, this.#eventAddress)

    const { worker, url } = startWorker(workerSource)
    const ended = new Promise<void>((resolve) => {
      worker.onmessage = ({ data }: MessageEvent) => {
        if (data === "stopped") return resolve()
        this.#parked = false
        this.#wake()
      }
      worker.onerror = (event) => {
        this.#wake(new Error(`Cannot wait for sockets: the Worker failed: ${event.message}`))
        resolve()
      }
    })
    worker.postMessage({ outer, libraries: this.#libraries, eventBytes, tagStop })
    if (!this.#referenced) worker.unref()
    return { outer, stop, worker, url, ended }
  }
}

interface Started {
  readonly outer: number
  readonly stop: number
  readonly worker: RefWorker
  readonly url: string
  readonly ended: Promise<void>
}

const tagWake = 1
const tagStop = 2

// `event` is read after each call, because a buffer that is never read again may be collected while libc
// writes to it.
const workerSource = `
import { dlopen, ptr } from "bun:ffi"
self.onmessage = ({ data: { outer, libraries, eventBytes, tagStop } }) => {
  const symbols = { epoll_wait: { args: ["i32", "ptr", "i32", "i32"], returns: "i32" } }
  let libc
  for (const library of libraries) {
    try { libc = dlopen(library, symbols).symbols; break } catch {}
  }
  const event = new DataView(new ArrayBuffer(eventBytes))
  const address = ptr(event.buffer)
  for (;;) {
    if (libc.epoll_wait(outer, address, 1, -1) < 1) continue
    if (event.getUint32(${eventDataOffset}, true) === tagStop) break
    postMessage("wake")
  }
  postMessage("stopped")
}
`
