/**
 * Where a lease stands.
 *
 * - `writable`: the holder fills it
 * - `inFlight`: sent; the kernel may read it
 * - `released`: the memory is the slab's again, and this lease is over
 * - `orphaned`: its connection is gone, the kernel may still read it
 * - `quarantined`: no proof can be had that the kernel has let go; the memory is never used again
 */
export type LeaseState = "writable" | "inFlight" | "released" | "orphaned" | "quarantined"

/**
 * From where each step may be taken. Two of them lead to `released`, and they are not the same: a
 * holder that gives back what is in flight would hand pinned memory to the next one.
 */
const origins = {
  "give back": ["writable"],
  "send": ["writable"],
  "release": ["inFlight", "orphaned"],
  "orphan": ["inFlight"],
  "quarantine": ["orphaned"],
} as const satisfies Record<string, readonly LeaseState[]>

/** The memory of a slot: what the slab knows of it, and no more. */
export interface SlotMemory {
  /** Refers to the bytes; a detached one refers to none. */
  readonly buffer: ArrayBuffer
}

/** The slab's side of a lease. */
export interface LeaseHome<M extends SlotMemory> {
  /** The same memory under a new ArrayBuffer; every view of the old one is dead. */
  rebind(memory: M): M
  /** Hears that the slot is the kernel's from now on. */
  sent(slot: number, memory: M): void
  /** Takes a slot back that was sent. */
  released(slot: number, memory: M): void
  /** Takes a slot back that was not sent. */
  giveBack(slot: number, memory: M): void
  /** Counts a slot that is lost for good. */
  quarantine(slot: number, memory: M): void
}

/**
 * A lease as the library has it, with the steps that hand memory to the kernel and take it back. No
 * program ever gets one: whoever could call `release` could have a slot reused that the kernel still
 * reads. See `Lease` for what programs get.
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

  /** Where this lease stands now. */
  get state(): LeaseState {
    return this.#state
  }

  /** The slot's bytes, to be filled. Empty once the lease was sent or given back. */
  get bytes(): Uint8Array<ArrayBuffer> {
    if (this.#bytes === undefined) {
      // The memory of a lease that is not writable is the kernel's, or somebody else's.
      const buffer = this.#state === "writable" ? this.#memory.buffer : new ArrayBuffer(0)
      this.#bytes = new Uint8Array(buffer)
    }
    return this.#bytes
  }

  /** How many bytes the slot has. 0 once the lease was sent or given back. */
  get byteLength(): number {
    return this.#state === "writable" ? this.#memory.buffer.byteLength : 0
  }

  /**
   * Gives the slot back without sending it.
   *
   * @throws {Error} when the lease was sent or given back before.
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

  /** Says that the kernel has let go. */
  release(): void {
    this.#step("release", "released")
    this.#home.released(this.#slot, this.#memory)
  }

  /** Says that the connection is gone while the kernel may still read. */
  orphan(): void {
    this.#step("orphan", "orphaned")
  }

  /** Says that there is no proof and never will be. */
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

/** What has become of a lease in each state, for messages. */
const story: Readonly<Record<LeaseState, string>> = {
  writable: "it was not sent",
  inFlight: "it was sent, and its slot comes back by itself",
  orphaned: "it was sent, and its slot comes back once the kernel reads it no more",
  released: "it was sent or given back before",
  quarantined:
    "it was sent, and its slot is never used again, because the kernel may still read it",
}
