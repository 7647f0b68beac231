import type { Memory } from "../kernel/port.ts"
import type { CopyReason } from "./copy_reason.ts"
import type { FileBytes } from "./file_bytes.ts"
import { nothingToRelease, type Released } from "./released.ts"

/**
 * Consecutive bytes of a stream that lie in one memory, on their way out. Pieces are pooled, because
 * one is needed for every chunk.
 */
export class Piece {
  memory: Memory = noMemory
  /** Where the next byte to send lies in `memory`. */
  offset = 0
  /** Bytes of the whole piece; what decides between copy and zero-copy, also for its last part. */
  length = 0
  /** Bytes that are still to be sent. */
  remaining = 0
  /**
   * Why the bytes may not go zero-copy, or `undefined` when they may: then `memory` is ours, or its
   * owner has promised to leave it alone.
   */
  copyOnly: CopyReason | undefined = undefined
  /** The file that the bytes come from instead; `offset` is one of the file then. */
  file: FileBytes | undefined = undefined
  /** Called once, when the kernel will not read `memory` any more. */
  released: Released = nothingToRelease
}

/** Pieces that are not in use. */
export class PiecePool {
  readonly #free: Piece[] = []

  take(
    memory: Memory,
    offset: number,
    length: number,
    copyOnly: CopyReason | undefined,
    released: Released,
  ): Piece {
    const piece = this.#free.pop() ?? new Piece()
    piece.memory = memory
    piece.offset = offset
    piece.length = length
    piece.remaining = length
    piece.copyOnly = copyOnly
    piece.released = released
    return piece
  }

  /** Bytes of a file. It is closed when they were sent, or when they never will be. */
  takeFile(file: FileBytes, offset: number, length: number): Piece {
    const piece = this.take(noMemory, offset, length, undefined, file)
    piece.file = file
    return piece
  }

  /** Releases what the piece stands for, and keeps the piece. */
  release(piece: Piece): void {
    const { released, memory } = piece
    piece.memory = noMemory
    piece.file = undefined
    piece.released = nothingToRelease
    if (this.#free.length < kept) this.#free.push(piece)
    released.release(memory)
  }
}

const noMemory: Memory = { buffer: new ArrayBuffer(0) }

/** As many as 64 MiB in flight have, the usual bound, at a page each; those take 1 MiB. */
const kept = 16 * 1024
