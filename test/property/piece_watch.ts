import type { Engine } from "../../src/socket/engine.ts"
import type { Released } from "../../src/socket/piece.ts"
import type { SimulatedMemory } from "../../src/testing/memory.ts"

/**
 * Watches every piece of memory that sockets send, and finds those that are released while the kernel
 * may read them, more than once, or never.
 */
export class PieceWatch {
  taken = 0
  released = 0
  quarantined = 0
  /**
   * Pieces that were released although the kernel could still read their memory, or had not said that
   * it would not.
   */
  early = 0
  /** Pieces of which something was said after they were released or quarantined. */
  twice = 0

  constructor({ pieces }: Engine) {
    const take = pieces.take.bind(pieces)
    pieces.take = (memory, offset, length, copyOnly, released) =>
      take(memory, offset, length, copyOnly, this.#watch(memory as SimulatedMemory, released))
  }

  #watch({ pages }: SimulatedMemory, owner: Released): Released {
    this.taken++
    let over = false
    const end = () => {
      if (over) this.twice++
      over = true
    }
    return {
      release: () => {
        end()
        this.released++
        if (pages.pins + pages.untold > 0) this.early++
        owner.release()
      },
      orphan: () => owner.orphan(),
      quarantine: () => {
        end()
        this.quarantined++
        owner.quarantine()
      },
    }
  }
}
