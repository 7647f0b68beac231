import type { Stack } from "../../src/stack/stack.ts"
import type { Turn } from "../../src/zerocopy/round_robin.ts"

/** Observes the turns of sockets that wait in line for pinned memory, and their calls. */
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

  /** How many sockets have offered the kernel at least this many bytes in one call during their turn. */
  withCallsOver(bytes: number): number {
    return [...this.#largest.values()].filter((largest) => largest >= bytes).length
  }

  [Symbol.dispose](): void {
    this.#restore()
  }
}
