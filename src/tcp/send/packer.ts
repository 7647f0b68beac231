import { Buffer } from "node:buffer"
import { isArrayBuffer } from "../../argument/mod.ts"
import type { Memory } from "../../kernel/port.ts"
import { BorrowedMemory, type HeldLease } from "../../memory/mod.ts"
import {
  type CopyReason,
  flushBytes,
  freedAtOnce,
  nothingToRelease,
  type Released,
} from "../../pieces/mod.ts"
import type { Stack } from "../../stack/mod.ts"
import { copyOf, freed, isStable, transferred } from "./chunk_memory.ts"
import { copyAtOnce } from "./copy_at_once.ts"
import { isCopiedToSlots } from "./copy_to_slots.ts"
import { Gathering } from "./gathering.ts"
import { checkChunk, isTaken, type Ownership } from "./ownership.ts"
import type { SendQueue } from "./queue.ts"
import { queueShare } from "./queue_share.ts"

export interface PackerOptions {
  readonly ownership: Ownership
  /**
   * A write waits if more bytes than this are queued and the socket has no room. Default: a share of what
   * all sockets may queue.
   */
  readonly queueBytes?: number | undefined
  /** Whether borrowed memory that is sent often is moved to huge pages. */
  readonly hugePages: boolean
  /** Whether heap memory is pinned even in an isolate that may end before its process. */
  readonly pinHeap?: boolean
}

/**
 * Turns chunks into pieces: decides who owns a chunk's memory, and gathers small chunks in a slot so that
 * they are sent together.
 */
export class Packer {
  readonly #stack: Stack
  readonly #queue: SendQueue
  readonly #options: PackerOptions
  readonly #gatherBytes: number
  #borrowedMemory: BorrowedMemory | undefined
  readonly #mayPinHeap: boolean
  readonly #mayPinSlots: boolean
  readonly #gathering: Gathering
  /**
   * Whether the last chunk was a borrowed part of a larger buffer, so that queueing it takes no extra
   * memory.
   */
  #lasting = false

  /** Chunks with fewer than `gatherBytes` bytes are gathered. Sockets share their options. */
  constructor(stack: Stack, queue: SendQueue, options: PackerOptions, gatherBytes: number) {
    this.#stack = stack
    this.#queue = queue
    this.#options = options
    this.#mayPinHeap = stack.mayPinHeap || options.pinHeap === true
    this.#mayPinSlots = this.#mayPinHeap || stack.kernel.mapsOutsideHeap
    this.#gatherBytes = gatherBytes
    this.#gathering = new Gathering(stack)
    queue.flush.before(() => this.flush())
  }

  /** The ownership of chunks whose writer does not specify one. */
  get ownership(): Ownership {
    return this.#options.ownership
  }

  /**
   * Packs a chunk. Returns 0 if the caller may go on at once; otherwise the number of accepted bytes to
   * wait for, because until then the chunk is still needed or too much is queued.
   *
   * @throws {TypeError} if the chunk cannot be sent; pass the error to `breakOff`.
   * @throws {ZerowireError} when nothing can be sent any more.
   */
  write(chunk: unknown, ownership: Ownership = this.#options.ownership): number {
    this.#queue.check()
    const bytes = checkChunk(chunk)
    if (bytes.byteLength === 0) return 0
    this.#lasting = false
    const inPlace = ownership === "borrow" && this.#mayPinHeap
    const small = bytes.byteLength < this.#gatherBytes
    // Seen from outside, a small chunk that a pipe delivers is copied, and a larger one is taken.
    const taken = small ? ownership === "transfer" : isTaken(bytes, ownership)
    if (!inPlace && (small || this.#toSlots(bytes, ownership))) {
      if (this.#gatherChunk(bytes)) {
        if (taken) freed(bytes.buffer)
        return this.#mark()
      }
    } else {
      this.flush()
    }
    // Whether a chunk is taken must not depend on its route, which can change: a program that works over
    // loopback would fail over a network.
    if (taken) {
      const left = copyAtOnce(bytes, this.#queue, this.#stack.kernel)
      if (left.byteLength === 0 || this.#own(left)) return this.#mark()
      return this.#pack(left, ownership)
    }
    return this.#pack(bytes, ownership)
  }

  /** Whether a chunk that is not small is copied to slots, behind what they hold already. */
  #toSlots({ byteLength }: Uint8Array, ownership: Ownership): boolean {
    const { carrier } = this.#queue
    return ownership !== "borrow" && this.#mayPinHeap && carrier.copies === undefined &&
      isCopiedToSlots(byteLength, this.#stack.slab)
  }

  /** Packs bytes that stay with their producer. */
  #pack(bytes: Uint8Array, ownership: Ownership): number {
    if (ownership === "borrow" && this.#borrow(bytes)) return this.#mark()
    const copyOnly = this.#queue.carrier.copies
    if (copyOnly === undefined && this.#copyToSlots(bytes)) return this.#mark()
    return this.#lend(bytes, copyOnly ?? "unowned")
  }

  /**
   * Packs text in which each character is a byte, as `write` packs a chunk that is copied.
   *
   * @throws {ZerowireError} when nothing can be sent any more.
   */
  writeLatin1(text: string): number {
    this.#queue.check()
    this.#lasting = false
    const { length } = text
    const few = length > 0 && length < this.#gatherBytes
    if (few && this.#gathering.addAscii(text)) {
      this.#flushSoon()
      return this.#mark()
    }
    return this.write(Buffer.from(text, "latin1"), "copy")
  }

  /** Queues the first `length` bytes of a lease that was taken; `memory` is what `take` returned. */
  writeLease(lease: HeldLease<Memory>, memory: Memory, length: number): void {
    this.flush()
    this.#push(memory, 0, length, lease, this.#slotReason)
  }

  /**
   * Queues the first `length` bytes of memory that nobody else can reach, after everything that was
   * written before. The memory comes back through `released`, at once if there were so few bytes that
   * they were gathered. Returns what `write` returns, but in any case the memory must be left alone until
   * it is released.
   *
   * @throws {ZerowireError} when nothing can be sent any more.
   */
  writeMemory(memory: Memory, length: number, released: Released): number {
    this.#queue.check()
    const few = length < this.#gatherBytes
    const bytes = new Uint8Array(memory.buffer, 0, length)
    if (few && this.#gatherChunk(bytes)) released.release(memory)
    else {
      this.flush()
      if (this.#mayPinHeap) this.#push(memory, 0, length, released)
      else this.#pushUnpinned(bytes, released)
    }
    return this.#mark()
  }

  /**
   * Takes a copy of as many bytes as there is room for, and returns how many. The first of them may be in
   * the kernel at once; the others are sent like those of `write`.
   *
   * @throws {TypeError} if the chunk cannot be sent.
   * @throws {ZerowireError} when nothing can be sent any more.
   */
  take(chunk: unknown, limited: boolean): number {
    this.#queue.check()
    const bytes = checkChunk(chunk)
    const { byteLength } = bytes
    let from = 0
    while (from < byteLength) {
      const room = limited ? this.#room : Infinity
      if (room <= 0 || this.#queue.failed) break
      const length = Math.min(byteLength - from, room, flushBytes)
      const all = from === 0 && length === byteLength
      from += this.#takePart(all ? bytes : bytes.subarray(from, from + length))
    }
    return from
  }

  #takePart(bytes: Uint8Array): number {
    const { buffer, byteOffset, byteLength } = bytes
    const large = byteLength >= this.#gatherBytes
    // Where bytes are copied in any case, one copy is enough.
    if (large && this.#queue.carrier.copies !== undefined && isStable(buffer)) {
      this.flush()
      const n = this.#sendAtOnce(this.#stack.kernel.memoryOf(buffer), byteOffset, byteLength)
      if (n > 0) return n
    }
    if (!this.#gatherChunk(bytes)) this.#lend(copyOf(bytes), "unowned")
    return byteLength
  }

  /** Whether nothing can be sent any more. */
  get failed(): boolean {
    return this.#queue.failed || this.#queue.ended
  }

  /** Bytes that may be queued before a write has to wait for room. */
  get #room(): number {
    const { blocked, queuedBytes } = this.#queue
    if (!blocked) return Infinity
    return this.#queue.queueLimit(this.#queueBytes, false) - queuedBytes - this.gatheredBytes
  }

  /** The number of accepted bytes at which a write that has found no room should try again. */
  get roomAt(): number {
    const { writtenBytes } = this.#queue
    return writtenBytes + this.gatheredBytes - this.#queue.queueLimit(this.#queueBytes, false) / 2
  }

  /** Queues the gathered bytes, or sends them at once if there are few and none wait before them. */
  flush(): void {
    this.#endGathering(this.gatheredBytes < this.#gatherBytes && this.#queue.clear)
  }

  /** Queues the gathered bytes, because a file follows that is to share a packet with them. */
  flushBeforeFile(): void {
    this.#endGathering(false)
  }

  #endGathering(atOnce: boolean): void {
    const length = this.gatheredBytes
    const lease = this.#gathering.end()
    if (lease === undefined) return
    if (!atOnce) return this.#pushSlot(lease, length)
    const { memory } = lease
    const n = this.#sendAtOnce(memory, 0, length)
    if (n < length && !this.#queue.failed) {
      const left = new Uint8Array(memory.buffer, 0, length)
      left.copyWithin(0, n)
      return this.#pushSlot(lease, length - n)
    }
    this.#stack.spareSlot(lease)
  }

  #sendAtOnce(memory: Memory, offset: number, length: number): number {
    return this.#queue.clear ? this.#queue.sendBytes(memory, offset, length) : 0
  }

  /** Whether gathered bytes wait for `flush` instead of the end of the turn. */
  corked = false

  /** Gives the gathering slot back unsent. */
  discard(): void {
    this.#gathering.end()?.giveBack()
  }

  /** Bytes that are gathered and not queued yet. */
  get gatheredBytes(): number {
    return this.#gathering.byteLength
  }

  get #queueBytes(): number {
    return this.#options.queueBytes ?? queueShare(this.#stack.open.size)
  }

  #mark(): number {
    const { blocked, queuedBytes, acceptedBytes } = this.#queue
    if (!blocked) return 0
    const limit = this.#queue.queueLimit(this.#queueBytes, this.#lasting)
    if (queuedBytes < limit) return 0
    // Wait for half the limit to be accepted, not until the queue is down to half: the last chunk exceeds
    // the limit, and a courier that takes half the limit at once would not get the queue below half.
    return acceptedBytes + Math.max(limit / 2, queuedBytes - limit)
  }

  /** Gathers a chunk, or returns false if there is no slot. */
  #gatherChunk(bytes: Uint8Array): boolean {
    for (let from = 0; from < bytes.byteLength;) {
      const n = this.#gathering.add(from === 0 ? bytes : bytes.subarray(from))
      if (n === 0 && from === 0) return false
      this.#flushSoon()
      if (n === 0) {
        this.#lend(copyOf(bytes.subarray(from)), "unowned")
        return true
      }
      from += n
      if (this.#gathering.full) this.flush()
    }
    return true
  }

  /** What is gathered leaves at the end of the turn, at the latest. */
  #flushSoon(): void {
    if (!this.corked) this.#queue.flush.start()
  }

  /** Takes the bytes from their producer and queues them, or returns false if they stay with the producer. */
  #own(bytes: Uint8Array): boolean {
    const { buffer, byteOffset, byteLength } = bytes
    const ours = transferred(buffer)
    if (ours === undefined) return false
    const memory = this.#stack.kernel.memoryOf(ours)
    if (this.#mayPinHeap) this.#push(memory, byteOffset, byteLength, freedAtOnce)
    else this.#pushUnpinned(new Uint8Array(ours, byteOffset, byteLength), freedAtOnce)
    return true
  }

  /**
   * Queues the bytes in place, whether they go zero-copy or not, because their owner has promised to
   * leave them alone. Returns false for memory that cannot be pinned.
   */
  #borrow(bytes: Uint8Array): boolean {
    const { buffer, byteOffset, byteLength } = bytes
    if (!isArrayBuffer(buffer)) return false
    if (!this.#mayPinHeap) {
      this.#pushUnpinned(bytes, nothingToRelease)
      return true
    }
    this.#lasting = byteLength < buffer.byteLength
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
      this.#options.hugePages ? hugePages : undefined,
    )
  }

  /** Queues a copy in slots; returns false if no slot is free. */
  #copyToSlots(bytes: Uint8Array): boolean {
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
      this.#pushSlot(lease, length)
    })
    return true
  }

  #pushSlot(lease: HeldLease<Memory>, length: number): void {
    this.#push(lease.take(), 0, length, lease, this.#slotReason)
  }

  /** Why slots may not be pinned; nothing if they may. */
  get #slotReason(): CopyReason | undefined {
    return this.#mayPinSlots ? undefined : "isolate"
  }

  /** Queues heap bytes that nobody changes, and that may not be pinned. */
  #pushUnpinned(bytes: Uint8Array, released: Released): void {
    const reason = this.#queue.carrier.copies
    const memory = this.#stack.kernel.memoryOf(bytes.buffer as ArrayBuffer)
    if (reason === undefined && this.#copyToSlots(bytes)) return released.release(memory)
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
  #lend(bytes: Uint8Array, reason: CopyReason): number {
    // Memory that others may write to while the kernel reads it, or that may shrink, is copied first.
    const { buffer } = bytes
    const stable = isStable(buffer) ? bytes : copyOf(bytes)
    const memory = this.#stack.kernel.memoryOf(stable.buffer as ArrayBuffer)
    const { byteOffset, byteLength } = stable
    const { pieces } = this.#stack
    this.#queue.push(pieces.take(memory, byteOffset, byteLength, reason, nothingToRelease))
    this.#queue.pump()
    return this.#queue.queuedBytes === 0 ? 0 : this.#queue.writtenBytes
  }
}
