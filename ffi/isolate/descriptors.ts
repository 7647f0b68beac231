import type { Address, Descriptors } from "../runtime/backend.ts"
import { EFD_CLOEXEC, O_CLOEXEC } from "../constants.ts"
import { errno } from "../errno.ts"
import type { ThreadEnd } from "./thread_end.ts"

/** The calls that are needed here; each returns `n >= 0` or `-errno`. */
export interface FileCalls {
  close(fd: number): number
  dup3(source: number, fd: number, flags: number): number
  eventfd(initial: number, flags: number): number
}

/** For an isolate that ends with its process: the kernel then closes what is open. */
export const processDescriptors = (calls: FileCalls): Descriptors => ({
  keep: (fd) => fd,
  keepWait() {},
  close: (fd) => calls.close(fd),
  closeAll() {},
})

/** Records open file descriptors, for isolates that are told when they end. */
export class KnownDescriptors implements Descriptors {
  readonly #calls: FileCalls
  readonly #mark: (fd: number) => void
  readonly #open = new Set<number>()
  #ended = false

  /** Calls `mark` with each. */
  constructor(calls: FileCalls, mark: (fd: number) => void = () => {}) {
    this.#calls = calls
    this.#mark = mark
  }

  keep(fd: number): number {
    this.#mark(fd)
    this.#open.add(fd)
    return fd
  }

  keepWait(writeEnd: number, others: readonly number[]): void {
    for (const fd of [writeEnd, ...others]) this.keep(fd)
  }

  close(fd: number): number {
    // After everything was closed, the number may belong to somebody else.
    if (this.#ended) return -errno.EBADF
    this.#open.delete(fd)
    return this.#calls.close(fd)
  }

  closeAll(): void {
    for (const fd of this.#open) this.close(fd)
    this.#ended = true
  }
}

/**
 * Closes open file descriptors when the thread ends, even if nothing announces that.
 *
 * A request to close a number at the thread's end cannot be cancelled. So such a number is never given
 * up: when its file is closed, an unused eventfd takes its place until the number is needed again. A
 * thread keeps as many numbers as it ever had files open at once.
 */
export class ThreadDescriptors implements Descriptors {
  readonly #calls: FileCalls
  readonly #end: ThreadEnd
  readonly #open = new Set<number>()
  readonly #spare: number[] = []
  readonly #cleared: Address[] = []
  #standIn = -1

  constructor(calls: FileCalls, end: ThreadEnd) {
    this.#calls = calls
    this.#end = end
  }

  keep(fd: number): number {
    if (this.#standIn < 0 && !this.#openStandIn()) {
      this.#calls.close(fd)
      return -errno.EMFILE
    }
    const spare = this.#spare.pop()
    if (spare === undefined) {
      this.#closeAtEnd(fd)
      this.#open.add(fd)
      return fd
    }
    this.#calls.dup3(fd, spare, O_CLOEXEC)
    this.#calls.close(fd)
    this.#open.add(spare)
    return spare
  }

  keepWait(writeEnd: number, others: readonly number[]): void {
    for (const fd of others) this.#closeAtEnd(fd)
    // If these were closed before the thread has woken, nothing could wake it.
    this.#end.pause(wakingMicros)
    this.#closeAtEnd(writeEnd)
    for (const fd of [writeEnd, ...others]) this.#open.add(fd)
  }

  close(fd: number): number {
    if (!this.#open.delete(fd)) {
      return this.#spare.includes(fd) ? -errno.EBADF : this.#calls.close(fd)
    }
    const n = this.#calls.dup3(this.#standIn, fd, O_CLOEXEC)
    if (n < 0) return n
    this.#spare.push(fd)
    return 0
  }

  closeAll(): void {
    for (const fd of this.#open) this.close(fd)
  }

  /** Clears the memory at `address` before the end of the thread closes anything; see `ThreadEnd`. */
  clearAtEnd(address: Address): void {
    this.#cleared.push(address)
    this.#end.clear(address)
  }

  #closeAtEnd(fd: number): void {
    this.#end.close(fd)
    // The last requested call is made first.
    for (const address of this.#cleared) this.#end.clear(address)
  }

  #openStandIn(): boolean {
    this.#standIn = this.#calls.eventfd(0, EFD_CLOEXEC)
    if (this.#standIn >= 0) this.#closeAtEnd(this.#standIn)
    return this.#standIn >= 0
  }
}

/** Waking takes 40 µs, or some milliseconds on a busy machine. */
const wakingMicros = 20_000
