import { Holds, type Piece, type Released } from "../../pieces/mod.ts"

/**
 * The pieces of one connection in their order, and how far they have come: what is written, what the kernel
 * has accepted, and what it may still read.
 */
export class Backlog {
  readonly holds: Holds<Piece>
  /** The hold whose bytes go next. */
  nextHold = 0
  /** The number that the next hold will get: the same as `holds.next`, without touching `holds`. */
  #endHold = 0
  /** Bytes written so far. */
  writtenBytes = 0
  /** Bytes that the kernel has accepted so far. */
  acceptedBytes = 0

  /** `release` is called once for each piece, when the kernel no longer reads its memory. */
  constructor(release: (piece: Piece) => void) {
    this.holds = new Holds(release)
  }

  /** Bytes that were written and that the kernel has not accepted. */
  get queuedBytes(): number {
    return this.writtenBytes - this.acceptedBytes
  }

  /** Whether no piece waits to be accepted. */
  get empty(): boolean {
    return this.nextHold === this.#endHold
  }

  /** The piece whose bytes go next. There must be one. */
  get next(): Piece {
    return this.holds.owner(this.nextHold)
  }

  /** The piece that was written last, if it waits to be accepted. */
  get last(): Piece | undefined {
    return this.empty ? undefined : this.holds.owner(this.#endHold - 1)
  }

  /** Whether the piece that goes next is the last one. */
  get oneLeft(): boolean {
    return this.nextHold === this.#endHold - 1
  }

  push(piece: Piece): void {
    this.#endHold = this.holds.open(piece) + 1
    this.writtenBytes += piece.remaining
  }

  /**
   * Adds bytes of `buffer` to the last piece, if they follow it in the same memory and have the same
   * `released`. Returns false if they need a piece of their own.
   */
  extend(buffer: ArrayBuffer, offset: number, length: number, released: Released): boolean {
    const last = this.#endHold - 1
    // A piece that was sent completely is sealed, and may already be released.
    if (last < this.nextHold) return false
    const piece = this.holds.owner(last)
    if (piece.released !== released || piece.memory.buffer !== buffer) return false
    if (piece.offset + piece.remaining !== offset || piece.length >= mostPieceBytes) return false
    // A call elsewhere may be sending this piece. It sends the old length; the next call sends the rest.
    piece.length += length
    piece.remaining += length
    this.writtenBytes += length
    return true
  }

  /** The kernel has accepted `n` bytes, and the carrier has advanced the pieces by them. */
  accept(n: number): void {
    this.acceptedBytes += n
    this.#sealSent()
  }

  /** Takes what was not accepted of the last piece out again. */
  cut(last: Piece): void {
    this.writtenBytes -= last.remaining
    last.length -= last.remaining
    last.remaining = 0
    this.#sealSent()
  }

  /** Nothing more will be sent. Pieces that the kernel does not read are released. */
  sealAll(): void {
    while (!this.empty) this.holds.seal(this.nextHold++)
  }

  #sealSent(): void {
    while (!this.empty && this.next.remaining === 0) this.holds.seal(this.nextHold++)
  }
}

/** A piece is released as a whole, so adjacent chunks are joined only up to this size. */
const mostPieceBytes = 1024 * 1024
