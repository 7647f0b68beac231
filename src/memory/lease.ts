import type { HeldLease, LeaseState } from "./held_lease.ts"

/** The library's side of a lease. */
export let heldBy: (lease: Lease) => HeldLease

/**
 * The right to one slot of a slab, for one use: fill `bytes`, send it, and it returns by itself.
 *
 * Sending a lease detaches its ArrayBuffer, so `bytes` is empty afterwards. A holder that writes too late
 * changes nothing, instead of changing what the kernel is reading or what the slot's next holder wrote.
 */
export class Lease {
  readonly #held: HeldLease

  static {
    heldBy = (lease) => lease.#held
  }

  /** @internal Made by a slab. */
  constructor(held: HeldLease) {
    this.#held = held
  }

  /** The present state of this lease. */
  get state(): LeaseState {
    return this.#held.state
  }

  /** The slot's bytes, for you to fill. Empty once the lease is sent or given back. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#held.bytes
  }

  /** How many bytes the slot has. 0 once the lease is sent or given back. */
  get byteLength(): number {
    return this.#held.byteLength
  }

  /**
   * Gives the slot back without sending it.
   *
   * @throws {Error} if the lease was already sent or given back.
   */
  giveBack(): void {
    this.#held.giveBack()
  }
}
