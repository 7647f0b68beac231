import type { Guard } from "./guard.ts"
import { HeldLease, type LeaseHome, type SlotMemory } from "./held_lease.ts"

export interface SlabOptions<M extends SlotMemory> {
  /** Bytes of a slot, a multiple of the page size. */
  readonly slotBytes: number
  /** The most slots there may be. */
  readonly capacity: number
  /** How many slots are mapped at a time. */
  readonly growBy: number
  /** Maps that many slots, or returns `undefined` if there is no memory. */
  readonly map: (count: number) => readonly M[] | undefined
  /** The same memory under a new ArrayBuffer. */
  readonly rebind: (memory: M) => M
  /** Inspects slots when they are sent and when they come back. */
  readonly guard?: Guard<M>
}

/**
 * Slots of equal size. A slot belongs to one lease at a time, and comes back when the lease is released.
 * Slots are mapped on demand and kept: keeping a mapping is cheap, and none may be unmapped while one of
 * its pages is in flight.
 */
export class Slab<M extends SlotMemory = SlotMemory> implements LeaseHome<M> {
  readonly #options: SlabOptions<M>
  /** Free slots. The one that came back last is reused first, because it is still in the cache. */
  readonly #free: { readonly slot: number; readonly memory: M }[] = []
  readonly #waiting: { readonly then: (lease: HeldLease<M>) => void }[] = []
  readonly #quarantined: M[] = []
  #mapped = 0

  constructor(options: SlabOptions<M>) {
    this.#options = options
  }

  get slotBytes(): number {
    return this.#options.slotBytes
  }

  /** The most slots there may be. */
  get capacity(): number {
    return this.#options.capacity
  }

  /** Slots that exist. */
  get mapped(): number {
    return this.#mapped
  }

  /** Leased slots: being filled or in flight. */
  get leased(): number {
    return this.#mapped - this.#free.length - this.#quarantined.length
  }

  /** Slots that are never used again. */
  get quarantined(): number {
    return this.#quarantined.length
  }

  /** A lease, or nothing if every slot is in use. */
  leaseNow(): HeldLease<M> | undefined {
    if (this.#waiting.length > 0) return undefined
    return this.#take()
  }

  /**
   * Calls `then` with a lease as soon as there is one, first come first served. Returns a function that
   * stops waiting.
   */
  whenFree(then: (lease: HeldLease<M>) => void): () => void {
    const lease = this.leaseNow()
    if (lease !== undefined) {
      then(lease)
      return () => {}
    }
    const waiter = { then }
    this.#waiting.push(waiter)
    return () => {
      const at = this.#waiting.indexOf(waiter)
      if (at >= 0) this.#waiting.splice(at, 1)
    }
  }

  rebind(memory: M): M {
    return this.#options.rebind(memory)
  }

  sent(slot: number, memory: M): void {
    this.#options.guard?.sent(slot, memory)
  }

  released(slot: number, memory: M): void {
    this.#options.guard?.released(slot, memory)
    this.giveBack(slot, memory)
  }

  giveBack(slot: number, memory: M): void {
    this.#free.push({ slot, memory })
    const next = this.#waiting.shift()
    if (next === undefined) return
    const lease = this.#take()
    if (lease !== undefined) next.then(lease)
  }

  quarantine(_slot: number, memory: M): void {
    // Kept reachable for ever: if it were collected, its addresses would be reused.
    this.#quarantined.push(memory)
  }

  #take(): HeldLease<M> | undefined {
    if (this.#free.length === 0) this.#grow()
    const free = this.#free.pop()
    return free && new HeldLease(this, free.slot, free.memory)
  }

  #grow(): void {
    const { capacity, growBy, map } = this.#options
    const count = Math.min(growBy, capacity - this.#mapped)
    if (count <= 0) return
    for (const memory of map(count) ?? []) this.#free.push({ slot: this.#mapped++, memory })
  }
}
