import { errno, type Poller } from "../port.ts"
import type { NetFile } from "./file.ts"
import type { KeepAlive } from "./keep_alive.ts"

/**
 * Readiness of this kernel's descriptors, reported by edges, as epoll does it with EPOLLET. The runtime
 * calls back when something happens, so there is no thread to park.
 */
export class NetPoller implements Poller {
  /** The runtime's events come between turns, and never during one. */
  readonly looksPay = false
  readonly #fileOf: (fd: number) => NetFile | undefined
  readonly #wake: (failure?: Error) => void
  readonly #alive: KeepAlive
  readonly #tags = new Map<number, { readonly tag: number; readonly file: NetFile }>()
  /** Changed since the last poll, in order. */
  readonly #changed = new Set<number>()
  #parked = false
  #waking = false

  constructor(
    fileOf: (fd: number) => NetFile | undefined,
    wake: (failure?: Error) => void,
    alive: KeepAlive,
  ) {
    this.#fileOf = fileOf
    this.#wake = wake
    this.#alive = alive
  }

  add(fd: number, tag: number): number {
    const file = this.#fileOf(fd)
    if (file === undefined) return -errno.EBADF
    this.#tags.set(fd, { tag, file })
    file.onChange = () => this.#change(fd)
    if (file.readiness !== 0) this.#change(fd)
    return 0
  }

  remove(fd: number): number {
    const entry = this.#tags.get(fd)
    if (entry === undefined) return -errno.ENOENT
    entry.file.onChange = () => {}
    this.#tags.delete(fd)
    this.#changed.delete(fd)
    return 0
  }

  poll(visit: (tag: number, events: number) => void): number {
    const found: { readonly tag: number; readonly events: number }[] = []
    for (const fd of this.#changed) {
      const entry = this.#tags.get(fd)
      const events = entry?.file.readiness ?? 0
      if (entry !== undefined && events !== 0) found.push({ tag: entry.tag, events })
    }
    this.#changed.clear()
    for (const { tag, events } of found) visit(tag, events)
    return found.length
  }

  /** A wake costs nothing here, so nobody is deferred. */
  defer(): void {}

  pollDeferred(): number {
    return 0
  }

  wakeForDeferred(): void {}

  prepare(): void {}

  park(): void {
    this.#parked = true
    this.#wakeSoon()
  }

  rest(): boolean {
    return false
  }

  reference(keepAlive: boolean): void {
    this.#alive.set(this, keepAlive)
  }

  close(): Promise<void> {
    this.abandon()
    return Promise.resolve()
  }

  abandon(): void {
    this.#parked = false
    for (const fd of [...this.#tags.keys()]) this.remove(fd)
    this.#alive.set(this, false)
  }

  #change(fd: number): void {
    this.#changed.add(fd)
    this.#wakeSoon()
  }

  /** Not at once: the change may come from inside a call of the one who waits. */
  #wakeSoon(): void {
    if (!this.#parked || this.#waking || this.#changed.size === 0) return
    this.#waking = true
    queueMicrotask(() => {
      this.#waking = false
      if (!this.#parked) return
      this.#parked = false
      this.#wake()
    })
  }
}
