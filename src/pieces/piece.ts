import type { Memory } from "../kernel/port.ts"
import type { CopyReason } from "./copy_reason.ts"
import type { FileBytes } from "./file_bytes.ts"
import { nothingToRelease, type Released } from "./released.ts"

/**
 * Consecutive bytes of a stream in one block of memory, waiting to be sent. Pieces are pooled, because
 * every chunk needs one.
 */
export class Piece {
  memory: Memory = noMemory
  /** The offset of the next byte to send in `memory`. */
  offset = 0
  /** Bytes of the whole piece. They decide between copy and zero-copy, even for its last part. */
  length = 0
  /** Bytes not sent yet. */
  remaining = 0
  /**
   * Why the bytes may not be sent zero-copy. `undefined` if they may: then `memory` is ours, or its owner
   * has promised to leave it alone.
   */
  copyOnly: CopyReason | undefined = undefined
  /**
   * The file that the bytes come from, if they are not in memory. `offset` is then a position in the
   * file.
   */
  file: FileBytes | undefined = undefined
  /** Called once, when the kernel will not read `memory` again. */
  released: Released = nothingToRelease
}

/** Unused pieces. */
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

  /** Bytes of a file. It is closed once they are sent, or never will be. */
  takeFile(file: FileBytes, offset: number, length: number): Piece {
    const piece = this.take(noMemory, offset, length, undefined, file)
    piece.file = file
    return piece
  }

  /** Releases the piece's memory, and keeps the piece for reuse. */
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

/** Enough for 64 MiB in flight, the usual limit, at a page each. They take 1 MiB. */
const kept = 16 * 1024
