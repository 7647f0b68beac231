import { BorrowedMemory } from "../../src/memory/borrowed_memory.ts"
import type { Piece } from "../../src/pieces/piece.ts"
import type { Released } from "../../src/pieces/released.ts"
import type { Stack } from "../../src/stack/stack.ts"
import type { SimulatedMemory } from "../../src/testing/kernel/memory.ts"

/**
 * Watches every piece of memory that sockets send, and finds pieces that are released while the kernel
 * may read them, released more than once, or never released.
 */
export class PieceWatch {
  taken = 0
  released = 0
  quarantined = 0
  /**
   * Pieces that were released although the kernel could still read their memory, or had not reported
   * otherwise.
   */
  early = 0
  /** Pieces that were reported again after they were released or quarantined. */
  twice = 0
  /** The offset of each unreleased piece in its memory. */
  readonly #out = new Map<Piece, number>()
  readonly #quarantined = new WeakSet<Released>()

  constructor({ pieces }: Stack) {
    const take = pieces.take.bind(pieces)
    pieces.take = (memory, offset, length, copyOnly, released) => {
      const piece = take(memory, offset, length, copyOnly, this.#watched(released))
      this.taken++
      this.#out.set(piece, offset)
      return piece
    }
    const release = pieces.release.bind(pieces)
    pieces.release = (piece) => {
      this.#checkRelease(piece)
      release(piece)
    }
  }

  #checkRelease(piece: Piece): void {
    const from = this.#out.get(piece)
    this.released++
    if (from === undefined || this.#quarantined.has(piece.released)) this.twice++
    // Others may have been appended in its memory since.
    const to = piece.offset + piece.remaining
    const { pages } = piece.memory as SimulatedMemory
    if (from !== undefined && pages.inUse(from, to)) this.early++
    this.#out.delete(piece)
  }

  #watched(owner: Released): Released {
    // Pieces of one owner are joined, so the owner must stay the same object.
    if (owner instanceof BorrowedMemory) return this.#watchInPlace(owner)
    const watched: Released = {
      release: (memory) => owner.release(memory),
      orphan: () => owner.orphan(),
      quarantine: () => this.#quarantine(watched, () => owner.quarantine()),
    }
    return watched
  }

  #watchInPlace(owner: BorrowedMemory): Released {
    if (Object.hasOwn(owner, "quarantine")) return owner
    const quarantine = owner.quarantine.bind(owner)
    owner.quarantine = () => this.#quarantine(owner, quarantine)
    return owner
  }

  #quarantine(owner: Released, quarantine: () => void): void {
    this.quarantined++
    this.#quarantined.add(owner)
    quarantine()
  }
}
