import type { Stack } from "../../src/stack/stack.ts"
import type { Turn } from "../../src/zerocopy/round_robin.ts"

/** Looks on as those who wait in line for pinned memory take their turns, and at the calls they make. */
export class Turns implements Disposable {
  /** How many turns were taken. */
  taken = 0
  readonly #largest = new Map<Turn, number>()
  readonly #watched = new Map<Turn, Turn>()
  readonly #restore: () => void

  constructor({ budget, vector }: Stack) {
    let askedBytes = 0
    let mostBytes = 0
    const set = vector.set.bind(vector)
    vector.set = (index, memory, offset, length) => {
      askedBytes = length + (index === 0 ? 0 : askedBytes)
      mostBytes = Math.max(mostBytes, askedBytes)
      set(index, memory, offset, length)
    }
    const goesOn = budget.goesOn.bind(budget)
    const leave = budget.leave.bind(budget)
    const watch = (turn: Turn): Turn => ({
      take: () => {
        this.taken++
        mostBytes = 0
        turn.take()
        this.#largest.set(turn, Math.max(mostBytes, this.#largest.get(turn) ?? 0))
      },
    })
    budget.goesOn = (own, turn) => {
      const watched = this.#watched.get(turn) ?? watch(turn)
      this.#watched.set(turn, watched)
      return goesOn(own, watched)
    }
    budget.leave = (turn) => leave(this.#watched.get(turn) ?? turn)
    this.#restore = () => {
      Object.assign(vector, { set })
      Object.assign(budget, { goesOn, leave })
    }
  }

  /** How many have asked the kernel to take so many bytes at least in one call, in a turn of theirs. */
  withCallsOver(bytes: number): number {
    return [...this.#largest.values()].filter((largest) => largest >= bytes).length
  }

  [Symbol.dispose](): void {
    this.#restore()
  }
}
