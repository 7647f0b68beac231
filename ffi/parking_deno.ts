import { eventBytes, writeEvent } from "./abi/epoll_event.ts"
import type { Parking, Wake } from "./backend.ts"
import { EPOLL_CLOEXEC, EPOLL_CTL_ADD, EPOLLET, EPOLLIN } from "./constants.ts"

/** The calls that parking makes. `epoll_wait` runs off the JavaScript thread. */
export interface DenoParkingCalls {
  epoll_wait(epoll: number, events: ArrayBuffer, max: number, timeout: number): Promise<number>
  epoll_create1(flags: number): number
  epoll_ctl(epoll: number, operation: number, fd: number, event: ArrayBuffer): number
  eventfd(initial: number, flags: number): number
  eventfd_write(fd: number, value: bigint): number
  close(fd: number): number
}

/**
 * Parks one thread of Deno's pool in `epoll_wait`, by an FFI call that is declared nonblocking.
 *
 * The thread waits on an outer epoll instance that holds the real one and an eventfd. The eventfd
 * ends the wait: nothing else can, because a call under way keeps its thread for good.
 */
export class DenoParking implements Parking {
  readonly #epollFd: number
  readonly #calls: DenoParkingCalls
  readonly #reference: PromiseReference | undefined
  readonly #wake: Wake
  readonly #events = new ArrayBuffer(2 * eventBytes)
  #outer = -1
  #stop = -1
  #waiting: Promise<number> | undefined
  #referenced = false
  /** Whether the wait is about to end. */
  #resting = false
  #closing = false

  constructor(
    epollFd: number,
    calls: DenoParkingCalls,
    reference: PromiseReference | undefined,
    wake: Wake,
  ) {
    this.#epollFd = epollFd
    this.#calls = calls
    this.#reference = reference
    this.#wake = wake
  }

  prepare(): void {
    if (this.#outer < 0 && !this.#closing) this.#open()
  }

  park(): void {
    if (this.#waiting !== undefined || this.#closing) return
    this.prepare()
    const waiting = this.#calls.epoll_wait(this.#outer, this.#events, 2, -1)
    this.#waiting = waiting
    if (!this.#referenced) this.#reference?.unref(waiting)
    waiting.then(
      () => this.#ended(),
      (failure) => this.#ended(new Error("Cannot wait for sockets", { cause: failure })),
    )
  }

  rest(): boolean {
    if (this.#waiting === undefined) return false
    this.reference(true)
    this.#resting = true
    this.#calls.eventfd_write(this.#stop, 1n)
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
    if (this.#outer < 0) return
    this.reference(true)
    this.#calls.eventfd_write(this.#stop, 1n)
    await this.#waiting
    this.#calls.close(this.#outer)
    this.#calls.close(this.#stop)
    this.#outer = -1
  }

  #ended(failure?: Error): void {
    this.#resting = false
    this.#waiting = undefined
    if (!this.#closing) this.#wake(failure)
  }

  #open(): void {
    const outer = this.#calls.epoll_create1(EPOLL_CLOEXEC)
    const stop = this.#calls.eventfd(0, EPOLL_CLOEXEC)
    if (outer < 0 || stop < 0) {
      if (outer >= 0) this.#calls.close(outer)
      if (stop >= 0) this.#calls.close(stop)
      throw new Error(
        "Cannot wait for sockets: no file descriptor is left for an epoll instance. Raise `ulimit -n`",
      )
    }
    writeEvent(this.#events, EPOLLIN, 0)
    this.#calls.epoll_ctl(outer, EPOLL_CTL_ADD, this.#epollFd, this.#events)
    // Each write to it ends one wait, and it is never read.
    writeEvent(this.#events, EPOLLIN | EPOLLET, 0)
    this.#calls.epoll_ctl(outer, EPOLL_CTL_ADD, stop, this.#events)
    this.#outer = outer
    this.#stop = stop
  }
}

/**
 * Says whether a promise of the runtime keeps the process alive. Deno has this for its own use
 * only; where it is missing, a wait keeps the process alive until it ends.
 */
export interface PromiseReference {
  ref(promise: Promise<unknown>): void
  unref(promise: Promise<unknown>): void
}
