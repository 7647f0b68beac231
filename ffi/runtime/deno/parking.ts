import { eventBytes, writeEvent } from "../../abi/epoll_event.ts"
import type { Parking, Wake } from "../backend.ts"
import { EPOLL_CLOEXEC, EPOLL_CTL_ADD, EPOLLIN, O_CLOEXEC, O_NONBLOCK } from "../../constants.ts"
import type { Descriptors } from "../backend.ts"
import type { EventMemory } from "./event_memory.ts"

/** The calls that parking makes. `epoll_wait` runs off the JavaScript thread. */
export interface DenoParkingCalls {
  epoll_wait(epoll: number, events: bigint, max: number, timeout: number): Promise<number>
  epoll_create1(flags: number): number
  epoll_ctl(epoll: number, operation: number, fd: number, event: ArrayBuffer): number
  pipe2(ends: Int32Array<ArrayBuffer>, flags: number): number
  write(fd: number, bytes: ArrayBuffer, count: bigint): bigint
  read(fd: number, bytes: ArrayBuffer, count: bigint): bigint
  close(fd: number): number
  usleep(micros: number): number
}

/**
 * Parks one thread of Deno's pool in `epoll_wait`, with an FFI call that is declared nonblocking.
 *
 * The thread waits on an outer epoll instance that watches the real one and the read end of a pipe.
 * Closing the write end ends the wait. Nothing else can: a call under way keeps its thread, even after
 * the isolate has ended.
 */
export class DenoParking implements Parking {
  readonly #epollFd: number
  readonly #calls: DenoParkingCalls
  readonly #map: () => EventMemory
  readonly #reference: PromiseReference | undefined
  readonly #wake: Wake
  readonly #descriptors: Descriptors
  #wait: Wait | undefined
  #waiting: Promise<number> | undefined
  #referenced = false
  /** Whether the wait is about to end because of a byte in its pipe. */
  #resting = false
  readonly #byte = new ArrayBuffer(1)
  #closing = false

  constructor(
    epollFd: number,
    calls: DenoParkingCalls,
    map: () => EventMemory,
    reference: PromiseReference | undefined,
    wake: Wake,
    descriptors: Descriptors,
  ) {
    this.#epollFd = epollFd
    this.#calls = calls
    this.#map = map
    this.#reference = reference
    this.#wake = wake
    this.#descriptors = descriptors
  }

  prepare(): void {
    if (!this.#closing) this.#wait ??= this.#open()
  }

  park(): void {
    if (this.#waiting !== undefined || this.#closing) return
    const { outer, events } = this.#wait ??= this.#open()
    const waiting = this.#calls.epoll_wait(outer, events.address, mostEvents, -1)
    this.#waiting = waiting
    if (!this.#referenced) this.#reference?.unref(waiting)
    waiting.then(
      () => this.#ended(),
      (failure) => this.#ended(new Error("Cannot wait for sockets", { cause: failure })),
    )
  }

  rest(): boolean {
    if (this.#waiting === undefined || this.#wait === undefined) return false
    this.reference(true)
    if (!this.#resting) this.#calls.write(this.#wait.writeEnd, this.#byte, 1n)
    this.#resting = true
    return true
  }

  reference(keepAlive: boolean): void {
    if (keepAlive === this.#referenced) return
    this.#referenced = keepAlive
    if (this.#waiting === undefined || this.#reference === undefined || this.#resting) return
    if (keepAlive) this.#reference.ref(this.#waiting)
    else this.#reference.unref(this.#waiting)
  }

  async close(): Promise<void> {
    this.#closing = true
    const wait = this.#wait
    if (wait === undefined) return
    this.#wait = undefined
    this.reference(true)
    this.#descriptors.close(wait.writeEnd)
    await this.#waiting
    this.#descriptors.close(wait.readEnd)
    this.#descriptors.close(wait.outer)
    wait.events.free()
  }

  abandon(): void {
    this.#closing = true
    const wait = this.#wait
    if (wait === undefined) return
    this.#wait = undefined
    const written = new Uint32Array(wait.events.bytes ?? new ArrayBuffer(eventBytes))
    written.fill(0)
    this.#descriptors.close(wait.writeEnd)
    // If the others were closed before the thread has woken, it would sleep for ever.
    for (let i = 0; i < wakingMillis && this.#waiting !== undefined && written[0] === 0; i++) {
      this.#calls.usleep(1000)
    }
  }

  #ended(failure?: Error): void {
    if (this.#resting && this.#wait !== undefined) {
      this.#calls.read(this.#wait.readEnd, this.#byte, 1n)
    }
    this.#resting = false
    this.#waiting = undefined
    if (!this.#closing) this.#wake(failure)
  }

  #open(): Wait {
    const ends = new Int32Array(new ArrayBuffer(8))
    const outer = this.#calls.epoll_create1(EPOLL_CLOEXEC)
    if (outer < 0 || this.#calls.pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) {
      if (outer >= 0) this.#calls.close(outer)
      throw new Error(
        "Cannot wait for sockets: no file descriptor is left for an epoll instance. Raise `ulimit -n`",
      )
    }
    const [readEnd, writeEnd] = ends
    this.#descriptors.keepWait(writeEnd, [outer, readEnd])
    const event = new ArrayBuffer(eventBytes)
    writeEvent(event, EPOLLIN, 0)
    this.#calls.epoll_ctl(outer, EPOLL_CTL_ADD, this.#epollFd, event)
    this.#calls.epoll_ctl(outer, EPOLL_CTL_ADD, readEnd, event)
    return { outer, readEnd, writeEnd, events: this.#map() }
  }
}

interface Wait {
  readonly outer: number
  readonly readEnd: number
  readonly writeEnd: number
  readonly events: EventMemory
}

/**
 * Sets whether a promise of the runtime keeps the process alive. This is internal to Deno; if it is
 * missing, a wait keeps the process alive until it ends.
 */
export interface PromiseReference {
  ref(promise: Promise<unknown>): void
  unref(promise: Promise<unknown>): void
}

const mostEvents = 2
const wakingMillis = 50
