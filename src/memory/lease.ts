import type { HeldLease, LeaseState } from "./held_lease.ts"

/**
 * What a lease stands on.
 */
export let heldBy: (lease: Lease) => HeldLease

/**
 * The right to one slot of a slab, for one use: fill `bytes`, send it, and it returns by itself.
 *
 * When a lease is sent its ArrayBuffer is detached, so that `bytes` has no bytes any more: a holder
 * that writes too late hits nothing, instead of what the kernel is reading or what the slot's next
 * holder wrote.
 */
export class Lease {
  readonly #held: HeldLease

  static {
    heldBy = (lease) => lease.#held
  }

  /** @internal Made by a slab alone. */
  constructor(held: HeldLease) {
    this.#held = held
  }

  /** Where this lease stands now. */
  get state(): LeaseState {
    return this.#held.state
  }

  /** The slot's bytes, to be filled. Empty once the lease was sent or given back. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#held.bytes
  }

  /** How many bytes the slot has. 0 once the lease was sent or given back. */
  get byteLength(): number {
    return this.#held.byteLength
  }

  /**
   * Gives the slot back without sending it.
   *
   * @throws {Error} when the lease was sent or given back before.
   */
  giveBack(): void {
    this.#held.giveBack()
  }
}
