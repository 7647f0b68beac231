import type { Vector } from "../kernel/port.ts"
import type { Holds, Piece } from "../pieces/mod.ts"
import type { Choice, Chooser } from "./chooser.ts"
import type { Ids } from "./ids.ts"

/** Which queued pieces share a call, because they are sent in the same way. */
export class Grouping {
  readonly #holds: Holds<Piece>
  readonly #chooser: Chooser
  readonly #ids: Ids

  constructor(holds: Holds<Piece>, chooser: Chooser, ids: Ids) {
    this.#holds = holds
    this.#chooser = chooser
    this.#ids = ids
  }

  /** How the piece of `hold` is sent. */
  choose(hold: number): Choice {
    const { copyOnly } = this.#holds.owner(hold)
    return copyOnly ?? this.#chooser.choose(this.#company(hold), this.#ids.calls)
  }

  /**
   * The end of the pieces that are sent in the same way as that of hold `first`, as many as `vector`
   * holds.
   */
  endOf(first: number, choice: Choice, { capacity }: Vector): number {
    let end = first + 1
    if (choice === "zerocopy" && this.#chooser.probes) return end
    const last = Math.min(this.#holds.next, first + capacity)
    for (; end < last; end++) {
      const piece = this.#holds.owner(end)
      if (piece.file !== undefined) break
      if (choice === "zerocopy" ? !this.#joins(piece) : this.choose(end) !== choice) break
    }
    return end
  }

  /**
   * Bytes that a call from `hold` on would pin, as far as they matter: pieces that are too small on their
   * own share the cost of a call and of its notification with the pieces after them.
   */
  #company(hold: number): number {
    const { thresholdBytes } = this.#chooser
    let { length: sum } = this.#holds.owner(hold)
    if (sum < leastPieceBytes) return sum
    for (let next = hold + 1; sum < thresholdBytes && next < this.#holds.next; next++) {
      const { length, copyOnly, file } = this.#holds.owner(next)
      if (copyOnly !== undefined || file !== undefined || length < leastPieceBytes) break
      sum += length
    }
    return sum
  }

  /** Whether the piece may join a zero-copy call that other pieces fill. */
  #joins({ length, copyOnly }: Piece): boolean {
    const least = Math.min(leastPieceBytes, this.#chooser.thresholdBytes)
    return copyOnly === undefined && length >= least
  }
}

/**
 * A page. Each piece pins at least one, so smaller pieces pin more than they send, and `mm/gup.c` pins
 * pages one by one.
 */
const leastPieceBytes = 4096
