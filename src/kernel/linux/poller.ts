import { eventBytes, eventDataOffset, writeEvent } from "../../../ffi/abi/epoll_event.ts"
import type { Parking } from "../../../ffi/runtime/backend.ts"
import type { Descriptors } from "../../../ffi/runtime/backend.ts"
import * as linux from "../../../ffi/constants.ts"
import { errnoName } from "../../../ffi/errno.ts"
import { type Libc, libraries } from "../../../ffi/libc.ts"
import { NativeMemory } from "../../../ffi/memory.ts"
import type { Poller } from "../port.ts"

/** An epoll instance, one inside it for those that are deferred, and a thread that waits when asked to. */
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
  readonly #deferred = new Set<number>()
  /** Made when it is first needed. */
  #deferredFd: number | undefined
  #wakesForDeferred = true

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
    const epoll = this.#deferred.delete(fd) ? this.#deferredFd as number : this.#fd
    return this.#libc.epoll_ctl(epoll, linux.EPOLL_CTL_DEL, fd, this.#event)
  }

  defer(fd: number, tag: number, deferred: boolean): void {
    if (this.#deferred.has(fd) === deferred || deferred && !this.#openDeferred()) return
    const inner = this.#deferredFd as number
    const [from, to] = deferred ? [this.#fd, inner] : [inner, this.#fd]
    writeEvent(this.#event.buffer, interest, tag)
    // Added first: adding reports what is ready now, so no edge is lost in between.
    if (this.#libc.epoll_ctl(to, linux.EPOLL_CTL_ADD, fd, this.#event) < 0) return
    this.#libc.epoll_ctl(from, linux.EPOLL_CTL_DEL, fd, this.#event)
    if (deferred) this.#deferred.add(fd)
    else this.#deferred.delete(fd)
  }

  poll(visit: (tag: number, events: number) => void): number {
    return this.#poll(this.#fd, maxEvents, visit)
  }

  pollDeferred(visit: (tag: number, events: number) => void, most: number): number {
    if (this.#deferred.size === 0) return 0
    return this.#poll(this.#deferredFd as number, Math.min(most, maxEvents), visit)
  }

  wakeForDeferred(wake: boolean): void {
    if (this.#wakesForDeferred === wake) return
    this.#wakesForDeferred = wake
    if (this.#deferredFd !== undefined) this.#watchDeferred(linux.EPOLL_CTL_MOD, this.#deferredFd)
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
    if (this.#deferredFd !== undefined) this.#descriptors.close(this.#deferredFd)
  }

  abandon(): void {
    this.#parking.abandon()
  }

  #poll(epoll: number, most: number, visit: (tag: number, events: number) => void): number {
    const n = this.#libc.epoll_wait(epoll, this.#events, most, eventBytes, 0)
    const words = this.#words
    let found = 0
    for (let i = 0, at = 0; i < n; i++, at += eventWords) {
      const tag = words[at + dataWord]
      if (tag === deferredTag) continue
      found++
      visit(tag, words[at])
    }
    return found
  }

  /** Returns false if the system has no descriptor left. */
  #openDeferred(): boolean {
    if (this.#deferredFd !== undefined) return true
    const made = this.#libc.epoll_create1(linux.EPOLL_CLOEXEC)
    const fd = made < 0 ? made : this.#descriptors.keep(made)
    if (fd < 0) return false
    if (this.#watchDeferred(linux.EPOLL_CTL_ADD, fd) < 0) {
      this.#descriptors.close(fd)
      return false
    }
    this.#deferredFd = fd
    return true
  }

  /** Level-triggered: the outer instance is ready as long as the inner one has an event. */
  #watchDeferred(operation: number, fd: number): number {
    writeEvent(this.#event.buffer, this.#wakesForDeferred ? linux.EPOLLIN : 0, deferredTag)
    return this.#libc.epoll_ctl(this.#fd, operation, fd, this.#event)
  }
}

/** No file descriptor has this number. */
const deferredTag = 0xffffffff

/**
 * Edge-triggered, because an unread record of the error queue keeps EPOLLERR raised, and EPOLLERR cannot
 * be masked (epoll_ctl(2)). All events at once, so that waiting for one needs no extra call.
 */
const interest = linux.EPOLLIN | linux.EPOLLPRI | linux.EPOLLOUT | linux.EPOLLRDHUP |
  linux.EPOLLET

const maxEvents = 256
const eventWords = eventBytes / 4
const dataWord = eventDataOffset / 4
