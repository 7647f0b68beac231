/**
 * The states of a lease.
 *
 * - `writable`: the holder fills it
 * - `inFlight`: sent; the kernel may read it
 * - `released`: the memory is the slab's again, and this lease is over
 * - `orphaned`: its connection is gone, and the kernel may still read it
 * - `quarantined`: there is no proof that the kernel has let go; the memory is never used again
 */
export type LeaseState = "writable" | "inFlight" | "released" | "orphaned" | "quarantined"

/**
 * The states from which each step is legal. Two steps lead to `released`, and they differ: giving back a
 * lease that is in flight would hand pinned memory to its next holder.
 */
const origins = {
  "give back": ["writable"],
  "send": ["writable"],
  "release": ["inFlight", "orphaned"],
  "orphan": ["inFlight"],
  "quarantine": ["orphaned"],
} as const satisfies Record<string, readonly LeaseState[]>

/** The memory of a slot, as far as the slab knows it. */
export interface SlotMemory {
  /** The bytes; empty once detached. */
  readonly buffer: ArrayBuffer
}

/** The slab's side of a lease. */
export interface LeaseHome<M extends SlotMemory> {
  /** Returns the same memory under a new ArrayBuffer. Every view of the old one is detached. */
  rebind(memory: M): M
  /** The kernel may read the slot from now on. */
  sent(slot: number, memory: M): void
  /** Takes back a slot that was sent. */
  released(slot: number, memory: M): void
  /** Takes back a slot that was not sent. */
  giveBack(slot: number, memory: M): void
  /** Counts a slot that is never used again. */
  quarantine(slot: number, memory: M): void
}

/**
 * A lease as the library sees it, with the steps that hand memory to the kernel and take it back.
 * Programs get a `Lease` instead: a program that could call `release` could have a slot reused while the
 * kernel still reads it.
 */
export class HeldLease<M extends SlotMemory = SlotMemory> {
  readonly #home: LeaseHome<M>
  readonly #slot: number
  #memory: M
  #bytes: Uint8Array<ArrayBuffer> | undefined
  #state: LeaseState = "writable"

  constructor(home: LeaseHome<M>, slot: number, memory: M) {
    this.#home = home
    this.#slot = slot
    this.#memory = memory
  }

  /** The present state of this lease. */
  get state(): LeaseState {
    return this.#state
  }

  /**
   * The slot's memory, to be sent by copy while the lease stays writable.
   *
   * @throws {Error} if the lease was already sent or given back.
   */
  get memory(): M {
    if (this.#state !== "writable") {
      throw new Error(`Cannot read from a lease: ${story[this.#state]} (it is "${this.#state}")`)
    }
    return this.#memory
  }

  /** The slot's bytes, for the holder to fill. Empty once the lease is sent or given back. */
  get bytes(): Uint8Array<ArrayBuffer> {
    if (this.#bytes === undefined) {
      // Once a lease is not writable, its memory belongs to the kernel or to another lease.
      const buffer = this.#state === "writable" ? this.#memory.buffer : new ArrayBuffer(0)
      this.#bytes = new Uint8Array(buffer)
    }
    return this.#bytes
  }

  /** How many bytes the slot has. 0 once the lease is sent or given back. */
  get byteLength(): number {
    return this.#state === "writable" ? this.#memory.buffer.byteLength : 0
  }

  /**
   * Gives the slot back without sending it.
   *
   * @throws {Error} if the lease was already sent or given back.
   */
  giveBack(): void {
    this.#step("give back", "released")
    this.#memory = this.#home.rebind(this.#memory)
    this.#home.giveBack(this.#slot, this.#memory)
  }

  /** Hands the memory over for sending and detaches `bytes`. */
  take(): M {
    this.#step("send", "inFlight")
    this.#memory = this.#home.rebind(this.#memory)
    this.#home.sent(this.#slot, this.#memory)
    return this.#memory
  }

  /** The kernel has let go. */
  release(): void {
    this.#step("release", "released")
    this.#home.released(this.#slot, this.#memory)
  }

  /** The connection is gone, and the kernel may still read the slot. */
  orphan(): void {
    this.#step("orphan", "orphaned")
  }

  /** There is no proof that the kernel has let go, and there never will be. */
  quarantine(): void {
    this.#step("quarantine", "quarantined")
    this.#home.quarantine(this.#slot, this.#memory)
  }

  #step(step: keyof typeof origins, to: LeaseState): void {
    const from: readonly LeaseState[] = origins[step]
    if (!from.includes(this.#state)) {
      throw new Error(`Cannot ${step} a lease: ${story[this.#state]} (it is "${this.#state}")`)
    }
    this.#state = to
  }
}

/** What a message says about a lease in each state. */
const story: Readonly<Record<LeaseState, string>> = {
  writable: "it was not sent",
  inFlight: "it was sent, and its slot comes back by itself",
  orphaned: "it was sent, and its slot comes back once the kernel has stopped reading it",
  released: "it was already sent or given back",
  quarantined:
    "it was sent, and its slot is never used again, because the kernel may still read it",
}
