import { errno, type Poller } from "../../kernel/port.ts"
import type { TcpSocket } from "../tcp/tcp_socket.ts"
import { latest } from "../world/options.ts"
import type { Scheduled } from "../world/timeline.ts"
import type { World } from "../world/world.ts"

/** An edge-triggered epoll instance: a change is reported once, with the state at the time of the poll. */
export class SimulatedPoller implements Poller {
  readonly looksPay = false
  readonly #world: World
  readonly #socketOf: (fd: number) => TcpSocket | undefined
  readonly #wake: (failure?: Error) => void
  readonly #entries = new Map<number, { readonly tag: number; readonly unwatch: () => void }>()
  /** Changed since the last poll, in order. */
  readonly #changed = new Set<number>()
  /** Those of them that are deferred. */
  readonly #changedDeferred = new Set<number>()
  readonly #deferred = new Set<number>()
  #wakesForDeferred = true
  #parked = false
  #waking: Scheduled | undefined
  #closed = false

  constructor(
    world: World,
    socketOf: (fd: number) => TcpSocket | undefined,
    wake: (failure?: Error) => void,
  ) {
    this.#world = world
    this.#socketOf = socketOf
    this.#wake = wake
  }

  add(fd: number, tag: number): number {
    const socket = this.#socketOf(fd)
    if (socket === undefined) return -errno.EBADF
    if (this.#entries.has(fd)) return -EEXIST
    const unwatch = socket.watch(() => this.#change(fd))
    this.#entries.set(fd, { tag, unwatch })
    if (socket.readiness !== 0) this.#change(fd)
    return 0
  }

  remove(fd: number): number {
    return this.forget(fd) ? 0 : -errno.ENOENT
  }

  /** Removes `fd`, as epoll does by itself when it is closed. */
  forget(fd: number): boolean {
    this.#entries.get(fd)?.unwatch()
    this.#changed.delete(fd)
    this.#changedDeferred.delete(fd)
    this.#deferred.delete(fd)
    return this.#entries.delete(fd)
  }

  defer(fd: number, _tag: number, deferred: boolean): void {
    if (!this.#entries.has(fd) || this.#deferred.has(fd) === deferred) return
    this.#changed.delete(fd)
    this.#changedDeferred.delete(fd)
    if (deferred) this.#deferred.add(fd)
    else this.#deferred.delete(fd)
    // As for one that is added: what is ready now is told.
    if ((this.#socketOf(fd)?.readiness ?? 0) !== 0) this.#change(fd)
  }

  poll(visit: (tag: number, events: number) => void): number {
    return this.#poll(this.#changed, maxEvents, visit)
  }

  pollDeferred(visit: (tag: number, events: number) => void, most: number): number {
    return this.#poll(this.#changedDeferred, Math.min(most, maxEvents), visit)
  }

  wakeForDeferred(wake: boolean): void {
    this.#wakesForDeferred = wake
    this.#wakeSoon()
  }

  prepare(): void {}

  rest(): boolean {
    return false
  }

  park(): void {
    if (this.#closed) return
    this.#parked = true
    this.#wakeSoon()
  }

  reference(_keepAlive: boolean): void {
    // Virtual time keeps no process alive.
  }

  close(): Promise<void> {
    this.#closed = true
    this.#waking?.cancel()
    for (const fd of [...this.#entries.keys()]) this.forget(fd)
    return Promise.resolve()
  }

  abandon(): void {
    this.close()
  }

  #change(fd: number): void {
    if (this.#deferred.has(fd)) this.#changedDeferred.add(fd)
    else this.#changed.add(fd)
    this.#wakeSoon()
  }

  #poll(
    changed: Set<number>,
    most: number,
    visit: (tag: number, events: number) => void,
  ): number {
    const found: { tag: number; events: number }[] = []
    for (const fd of changed) {
      changed.delete(fd)
      const events = this.#socketOf(fd)?.readiness ?? 0
      const tag = this.#entries.get(fd)?.tag
      if (tag !== undefined && events !== 0) found.push({ tag, events })
      if (found.length === most) break
    }
    for (const { tag, events } of found) visit(tag, events)
    return found.length
  }

  get #awaited(): boolean {
    return this.#changed.size > 0 || this.#wakesForDeferred && this.#changedDeferred.size > 0
  }

  #wakeSoon(): void {
    if (!this.#parked || !this.#awaited || this.#waking !== undefined) return
    const { random, faults, timeline } = this.#world
    const late = random.chance(faults.lateWake) ? random.next() * latest : 0
    this.#waking = timeline.after(random.next() * wakeTime + late, () => {
      this.#waking = undefined
      this.#parked = false
      this.#wake()
    }, "program")
  }
}

/** The most milliseconds from an event to the message of a parked thread; usually 0.04 was measured. */
const wakeTime = 0.1
const maxEvents = 256
/** `fd` is registered already (epoll_ctl(2)). */
const EEXIST = 17
