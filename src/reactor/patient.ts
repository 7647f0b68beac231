import type { Poller } from "../kernel/port.ts"
import { ByDescriptor } from "./by_descriptor.ts"

/**
 * How long a handler can wait for its events without harm.
 *
 * - `none`: not at all
 * - `short`: some milliseconds; it is a sender that also waits for something else
 * - `long`: as long as its bytes in flight last
 * - `any`: as long as those of others last; it needs no pause itself
 */
export type Patience = "none" | "short" | "long" | "any"

/**
 * The patience of all handlers. The patient ones are deferred, so that a wait during a pause serves only
 * the others. The poller is told when a pause begins, and not at each change: a sender of short bodies
 * changes with each of them.
 */
export class Patient {
  readonly #patience = new ByDescriptor<Patience>("none")
  readonly #deferred = new ByDescriptor<boolean>(false)
  /** Those whose change the poller does not know yet. */
  readonly #unsettled = new Set<number>()
  #size = 0
  #senders = 0
  #readers = 0

  /** How many are patient. */
  get size(): number {
    return this.#size
  }

  /** How many of them have bytes in flight. */
  get senders(): number {
    return this.#senders
  }

  /** How many of the senders also wait for something else. */
  get readers(): number {
    return this.#readers
  }

  set(fd: number, patience: Patience): void {
    const before = this.#patience.get(fd)
    if (before === patience) return
    this.#count(before, -1)
    this.#count(patience, 1)
    this.#patience.set(fd, patience)
    if ((patience !== "none") === this.#deferred.get(fd)) this.#unsettled.delete(fd)
    else this.#unsettled.add(fd)
  }

  /** `fd` is no longer registered. */
  remove(fd: number): void {
    this.set(fd, "none")
    this.#unsettled.delete(fd)
    this.#deferred.set(fd, false)
  }

  /** A pause begins: `poller` defers those who are patient now, and nobody else. */
  settle(poller: Poller): void {
    for (const fd of this.#unsettled) this.#defer(poller, fd, !this.#deferred.get(fd))
    this.#unsettled.clear()
  }

  /** During a pause: if `fd` has lost its patience, `poller` no longer defers it. */
  hurry(poller: Poller, fd: number): void {
    if (!this.#deferred.get(fd) || !this.#unsettled.delete(fd)) return
    this.#defer(poller, fd, false)
  }

  #defer(poller: Poller, fd: number, deferred: boolean): void {
    poller.defer(fd, fd, deferred)
    this.#deferred.set(fd, deferred)
  }

  #count(patience: Patience, change: number): void {
    if (patience !== "none") this.#size += change
    if (patience === "short" || patience === "long") this.#senders += change
    if (patience === "short") this.#readers += change
  }
}
