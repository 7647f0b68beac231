import { Buffer } from "node:buffer"
import type { Memory } from "../../kernel/port.ts"
import type { HeldLease } from "../../memory/mod.ts"
import { flushBytes, type Released } from "../../pieces/mod.ts"
import type { Stack } from "../../stack/mod.ts"
import { copyOf, freed, isStable } from "./chunk_memory.ts"
import { copyAtOnce } from "./copy_at_once.ts"
import { isCopiedToSlots } from "./copy_to_slots.ts"
import { Gathering } from "./gathering.ts"
import { checkChunk, isTaken, type Ownership } from "./ownership.ts"
import type { PackerOptions } from "./packer_options.ts"
import { PieceMaker } from "./piece_maker.ts"
import type { SendQueue } from "./queue.ts"
import { queueShare } from "./queue_share.ts"
import { writeMark } from "./write_mark.ts"

/**
 * Turns chunks into pieces: decides who owns a chunk's memory, and gathers small chunks in a slot so that
 * they are sent together.
 */
export class Packer {
  readonly #stack: Stack
  readonly #queue: SendQueue
  readonly #options: PackerOptions
  readonly #gatherBytes: number
  readonly #mayPinHeap: boolean
  #pieceMaker: PieceMaker | undefined
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
    this.#gatherBytes = gatherBytes
    this.#gathering = new Gathering(stack)
    queue.flush.before(() => this.flush())
  }

  get #maker(): PieceMaker {
    return this.#pieceMaker ??= new PieceMaker(
      this.#stack,
      this.#queue,
      this.#mayPinHeap,
      this.#options.hugePages,
    )
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
      if (left.byteLength === 0 || this.#maker.own(left)) return this.#mark()
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
    const part = bytes.byteLength < bytes.buffer.byteLength
    if (ownership === "borrow" && this.#maker.borrow(bytes)) {
      this.#lasting = part && this.#mayPinHeap
      return this.#mark()
    }
    const copyOnly = this.#queue.carrier.copies
    if (copyOnly === undefined && this.#maker.copyToSlots(bytes)) return this.#mark()
    return this.#maker.lend(bytes, copyOnly ?? "unowned")
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
    this.#maker.taken(lease, memory, length)
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
      this.#maker.ownMemory(memory, length, released)
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
    if (!this.#gatherChunk(bytes)) this.#maker.lend(copyOf(bytes), "unowned")
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
    return this.#queue.carrier.queueLimit(this.#queueBytes, false) - queuedBytes -
      this.gatheredBytes
  }

  /** The number of accepted bytes at which a write that has found no room should try again. */
  get roomAt(): number {
    const { writtenBytes } = this.#queue
    return writtenBytes + this.gatheredBytes -
      this.#queue.carrier.queueLimit(this.#queueBytes, false) / 2
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
    if (!atOnce) return this.#maker.slot(lease, length)
    const { memory } = lease
    const n = this.#sendAtOnce(memory, 0, length)
    if (n < length && !this.#queue.failed) {
      const left = new Uint8Array(memory.buffer, 0, length)
      left.copyWithin(0, n)
      return this.#maker.slot(lease, length - n)
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
    if (!this.#queue.blocked) return 0
    return writeMark(this.#queue, this.#queue.carrier.queueLimit(this.#queueBytes, this.#lasting))
  }

  /** Gathers a chunk, or returns false if there is no slot. */
  #gatherChunk(bytes: Uint8Array): boolean {
    const { byteLength } = bytes
    let from = this.#gathering.add(bytes)
    if (from === 0) return false
    this.#flushSoon()
    const fits = from === byteLength
    // Nothing of it is sent before all of it is queued or gathered; see `add` of the queue.
    while (from < byteLength) {
      this.#addFullSlot()
      const n = this.#gathering.add(bytes.subarray(from))
      if (n === 0) {
        this.#maker.lend(copyOf(bytes.subarray(from)), "unowned")
        return true
      }
      from += n
    }
    if (this.#gathering.full) this.flush()
    else if (!fits) this.#queue.proceed()
    return true
  }

  #addFullSlot(): void {
    const length = this.gatheredBytes
    const lease = this.#gathering.end()
    if (lease !== undefined) this.#maker.addSlot(lease, length)
  }

  /** What is gathered leaves at the end of the turn, at the latest. */
  #flushSoon(): void {
    if (!this.corked) this.#queue.flush.start()
  }
}
