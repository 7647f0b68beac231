import { eventBytes, eventDataOffset, writeEvent } from "../../../ffi/abi/epoll_event.ts"
import type { Parking } from "../../../ffi/runtime/backend.ts"
import type { Descriptors } from "../../../ffi/runtime/backend.ts"
import * as linux from "../../../ffi/constants.ts"
import { errnoName } from "../../../ffi/errno.ts"
import { type Libc, libraries } from "../../../ffi/libc.ts"
import { NativeMemory } from "../../../ffi/memory.ts"
import type { Poller } from "../port.ts"

/** One epoll instance, and a thread that waits for it when asked to. */
export class LinuxPoller implements Poller {
  readonly looksPay = true
  readonly #libc: Libc
  readonly #descriptors: Descriptors
  readonly #fd: number
  readonly #event: NativeMemory
  readonly #events: NativeMemory
  /** The events, word by word. Both runtimes' machines are little-endian, as the kernel is. */
  readonly #words: Uint32Array
  readonly #parking: Parking

  constructor(libc: Libc, descriptors: Descriptors, wake: (failure?: Error) => void) {
    this.#libc = libc
    this.#descriptors = descriptors
    const fd = libc.epoll_create1(linux.EPOLL_CLOEXEC)
    if (fd < 0) {
      throw new Error(
        `Cannot create an epoll instance: ${errnoName(-fd)}. This process may have no file ` +
          "descriptor left; raise `ulimit -n`",
      )
    }
    this.#fd = descriptors.keep(fd)
    this.#event = NativeMemory.allocate(libc.backend, eventBytes)
    this.#events = NativeMemory.allocate(libc.backend, eventBytes * maxEvents)
    this.#words = new Uint32Array(this.#events.buffer)
    this.#parking = libc.backend.parking(this.#fd, libraries, wake, descriptors)
  }

  add(fd: number, tag: number): number {
    writeEvent(this.#event.buffer, interest, tag)
    return this.#libc.epoll_ctl(this.#fd, linux.EPOLL_CTL_ADD, fd, this.#event)
  }

  remove(fd: number): number {
    return this.#libc.epoll_ctl(this.#fd, linux.EPOLL_CTL_DEL, fd, this.#event)
  }

  poll(visit: (tag: number, events: number) => void): number {
    const n = this.#libc.epoll_wait(this.#fd, this.#events, maxEvents, eventBytes, 0)
    const words = this.#words
    for (let i = 0, at = 0; i < n; i++, at += eventWords) visit(words[at + dataWord], words[at])
    return n
  }

  prepare(): void {
    this.#parking.prepare()
  }

  park(): void {
    this.#parking.park()
  }

  rest(): boolean {
    return this.#parking.rest()
  }

  reference(keepAlive: boolean): void {
    this.#parking.reference(keepAlive)
  }

  async close(): Promise<void> {
    await this.#parking.close()
    this.#descriptors.close(this.#fd)
  }

  abandon(): void {
    this.#parking.abandon()
  }
}

/**
 * Edge-triggered, because an unread record of the error queue keeps EPOLLERR raised, and EPOLLERR cannot
 * be masked (epoll_ctl(2)). All events at once, so that waiting for one needs no extra call.
 */
const interest = linux.EPOLLIN | linux.EPOLLPRI | linux.EPOLLOUT | linux.EPOLLRDHUP |
  linux.EPOLLET

const maxEvents = 256
const eventWords = eventBytes / 4
const dataWord = eventDataOffset / 4
