import { isArrayBuffer } from "../../argument/mod.ts"
import type { Memory } from "../../kernel/port.ts"
import { BorrowedMemory, type HeldLease } from "../../memory/mod.ts"
import { type CopyReason, freedAtOnce, nothingToRelease, type Released } from "../../pieces/mod.ts"
import type { Stack } from "../../stack/mod.ts"
import { copyOf, isStable, transferred } from "./chunk_memory.ts"
import type { SendQueue } from "./queue.ts"

/**
 * Queues bytes as pieces: taken from their producer, borrowed, copied to slots, or lent until the kernel has
 * copied them. Created for the first piece: a socket whose small messages go at once never needs it.
 */
export class PieceMaker {
  readonly #stack: Stack
  readonly #queue: SendQueue
  readonly #mayPinHeap: boolean
  readonly #mayPinSlots: boolean
  readonly #hugePages: boolean
  #borrowedMemory: BorrowedMemory | undefined

  /** `hugePages` tells whether borrowed memory that is sent often is moved to huge pages. */
  constructor(stack: Stack, queue: SendQueue, mayPinHeap: boolean, hugePages: boolean) {
    this.#stack = stack
    this.#queue = queue
    this.#mayPinHeap = mayPinHeap
    this.#mayPinSlots = this.#mayPinHeap || stack.kernel.mapsOutsideHeap
    this.#hugePages = hugePages
  }

  /** Takes the bytes from their producer and queues them, or returns false if they stay with the producer. */
  own(bytes: Uint8Array): boolean {
    const { buffer, byteOffset, byteLength } = bytes
    const ours = transferred(buffer)
    if (ours === undefined) return false
    const memory = this.#stack.kernel.memoryOf(ours)
    if (this.#mayPinHeap) this.#push(memory, byteOffset, byteLength, freedAtOnce)
    else this.#pushUnpinned(new Uint8Array(ours, byteOffset, byteLength), freedAtOnce)
    return true
  }

  /** Queues the first `length` bytes of memory that nobody else can reach. */
  ownMemory(memory: Memory, length: number, released: Released): void {
    if (this.#mayPinHeap) this.#push(memory, 0, length, released)
    else this.#pushUnpinned(new Uint8Array(memory.buffer, 0, length), released)
  }

  /**
   * Queues the bytes in place, whether they go zero-copy or not, because their owner has promised to
   * leave them alone. Returns false for memory that cannot be pinned.
   */
  borrow(bytes: Uint8Array): boolean {
    const { buffer, byteOffset, byteLength } = bytes
    if (!isArrayBuffer(buffer)) return false
    if (!this.#mayPinHeap) {
      this.#pushUnpinned(bytes, nothingToRelease)
      return true
    }
    // Copied memory is not handled page by page, so huge pages would save nothing.
    if (this.#queue.carrier.copies === undefined) {
      this.#borrowed.prepare(buffer, byteOffset, byteLength)
    }
    if (!this.#queue.extend(buffer, byteOffset, byteLength, this.#borrowed)) {
      this.#push(this.#borrowed.use(buffer), byteOffset, byteLength, this.#borrowed)
    }
    return true
  }

  get #borrowed(): BorrowedMemory {
    const { hugePages, kernel } = this.#stack
    return this.#borrowedMemory ??= new BorrowedMemory(
      kernel,
      this.#hugePages ? hugePages : undefined,
    )
  }

  /** Queues a copy in slots; returns false if no slot is free. */
  copyToSlots(bytes: Uint8Array): boolean {
    if (!this.#mayPinSlots) return false
    const { slab } = this.#stack
    const leases: HeldLease<Memory>[] = []
    for (let from = 0; from < bytes.byteLength; from += slab.slotBytes) {
      const lease = slab.leaseNow()
      if (lease === undefined) {
        for (const taken of leases) taken.giveBack()
        return false
      }
      lease.bytes.set(bytes.subarray(from, from + slab.slotBytes))
      leases.push(lease)
    }
    leases.forEach((lease, i) => {
      const length = Math.min(slab.slotBytes, bytes.byteLength - i * slab.slotBytes)
      this.addSlot(lease, length)
    })
    this.#queue.proceed()
    return true
  }

  /** Queues the first `length` bytes of a slot. */
  slot(lease: HeldLease<Memory>, length: number): void {
    this.addSlot(lease, length)
    this.#queue.proceed()
  }

  /** As `slot`, for a chunk of which more follows. The queue must `proceed` after the last of it. */
  addSlot(lease: HeldLease<Memory>, length: number): void {
    const { pieces } = this.#stack
    this.#queue.counters.staged += length
    this.#queue.add(pieces.take(lease.take(), 0, length, this.#slotReason, lease))
  }

  /** Queues the first `length` bytes of a lease that was taken; `memory` is what `take` returned. */
  taken(lease: HeldLease<Memory>, memory: Memory, length: number): void {
    this.#push(memory, 0, length, lease, this.#slotReason)
  }

  /** Why slots may not be pinned; nothing if they may. */
  get #slotReason(): CopyReason | undefined {
    return this.#mayPinSlots ? undefined : "isolate"
  }

  /** Queues heap bytes that nobody changes, and that may not be pinned. */
  #pushUnpinned(bytes: Uint8Array, released: Released): void {
    const reason = this.#queue.carrier.copies
    const memory = this.#stack.kernel.memoryOf(bytes.buffer as ArrayBuffer)
    if (reason === undefined && this.copyToSlots(bytes)) return released.release(memory)
    this.#push(memory, bytes.byteOffset, bytes.byteLength, released, reason ?? "isolate")
  }

  #push(
    memory: Memory,
    offset: number,
    length: number,
    released: Released,
    copyOnly?: CopyReason,
  ): void {
    this.#queue.push(this.#stack.pieces.take(memory, offset, length, copyOnly, released))
  }

  /**
   * Sends memory that stays with its producer, by copy. Returns the position of its last byte unless the
   * kernel accepted all of it at once: the producer may reuse the memory only after that.
   */
  lend(bytes: Uint8Array, reason: CopyReason): number {
    // Memory that others may write to while the kernel reads it, or that may shrink, is copied first.
    const { buffer } = bytes
    const stable = isStable(buffer) ? bytes : copyOf(bytes)
    const memory = this.#stack.kernel.memoryOf(stable.buffer as ArrayBuffer)
    this.#push(memory, stable.byteOffset, stable.byteLength, nothingToRelease, reason)
    this.#queue.pump()
    return this.#queue.queuedBytes === 0 ? 0 : this.#queue.writtenBytes
  }
}
