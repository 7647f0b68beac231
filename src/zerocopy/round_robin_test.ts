import assert from "node:assert/strict"
import { test } from "node:test"
import { RoundRobin, type Turn } from "./round_robin.ts"

const KiB = 1024
const MiB = 1024 * KiB

class Clock {
  millis = 0
  #task: (() => void) | undefined
  readonly later = (task: () => void): void => {
    assert.equal(this.#task, undefined, "one review at a time")
    this.#task = task
  }
  readonly now = (): number => this.millis

  /** Half a second passes. */
  tick(): void {
    this.millis += 500
    const task = this.#task
    this.#task = undefined
    task?.()
  }
}

function make({ limit = 128 * MiB, free = 0 } = {}) {
  const pool = { limit, free, returned: 0 }
  const clock = new Clock()
  const turns = new RoundRobin(pool, clock.later, clock.now)
  /** Two seconds with a crowd, in which this many bytes come back. */
  const trial = (bytes: number): void => {
    for (let review = 0; review < 4; review++) {
      turns.pays(0)
      pool.returned += bytes / 4
      clock.tick()
    }
  }
  return { turns, clock, pool, trial }
}

/** The same, after the quantum has grown to a MiB. */
function atLargest(options: { limit?: number; free?: number } = {}) {
  const made = make(options)
  made.turns.pays(0)
  for (let trials = 0; trials < 3; trials++) made.trial(MiB)
  assert.equal(made.turns.quantum, MiB)
  return made
}

/** Waiting sockets, and the order in which they are served. */
function waiting(turns: RoundRobin, count: number): { line: Turn[]; served: number[] } {
  const served: number[] = []
  const line = Array.from({ length: count }, (_, i) => ({ take: () => void served.push(i) }))
  for (const turn of line) turns.join(turn)
  return { line, served }
}

test("a crowd has no turns at first, then larger and larger quanta as long as no less comes back", () => {
  const { turns, trial } = make()
  assert.equal(turns.pays(0), false)
  const steps = [turns.quantum]
  for (let trials = 0; trials < 4; trials++) {
    trial(100 * MiB)
    steps.push(turns.quantum)
  }
  assert.deepEqual(steps, [0, 256 * KiB, 512 * KiB, MiB, MiB])
})

test("a quantum is at most 1/64 of the budget", () => {
  const { turns, trial } = make({ limit: 33 * MiB })
  turns.pays(0)
  for (let trials = 0; trials < 5; trials++) trial(MiB)
  assert.equal(turns.quantum, 512 * KiB)
  const small = make({ limit: 15 * MiB })
  small.turns.pays(0)
  // There are no reviews, so the clock has nothing to do.
  small.clock.tick()
  assert.equal(small.turns.quantum, 0)
})

test("turns pay off if a share is smaller than a quantum", () => {
  const { turns } = atLargest()
  assert.equal(turns.pays(MiB - 1), true)
  assert.equal(turns.pays(MiB), false)
})

test("a quantum with which less comes back is given up, and tried again after ten seconds", () => {
  const { turns, trial } = make()
  turns.pays(0)
  trial(100 * MiB)
  trial(76 * MiB)
  assert.equal(turns.quantum, 512 * KiB)
  trial(56 * MiB)
  assert.equal(turns.quantum, 256 * KiB)
  for (let trials = 0; trials < 4; trials++) {
    trial(76 * MiB)
    assert.equal(turns.quantum, 256 * KiB)
  }
  trial(76 * MiB)
  assert.equal(turns.quantum, 512 * KiB)
})

test("turns are taken in the order of the line, while there is enough for eight more", () => {
  const { turns, pool } = atLargest()
  const { line, served } = waiting(turns, 4)
  turns.serve()
  assert.equal(served.length, 0)
  // A socket that already waits keeps its place.
  turns.join(line[0])
  turns.leave(line[1])
  line[0].take = () => {
    served.push(0)
    pool.free -= MiB
  }
  pool.free = 8 * MiB
  turns.serve()
  assert.deepEqual(served, [0])
  pool.free += MiB
  turns.serve()
  assert.deepEqual(served, [0, 2, 3])
  assert.equal(turns.size, 0)
})

test("a socket that takes a turn may join the line again, at its end", () => {
  const { turns } = atLargest({ free: 64 * MiB })
  const { line, served } = waiting(turns, 3)
  line[0].take = () => {
    served.push(0)
    if (served.length === 1) turns.join(line[0])
    turns.serve()
  }
  turns.serve()
  assert.deepEqual(served, [0, 1, 2, 0])
})

test("a socket that throws has had its turn, and the next ones get theirs", () => {
  const { turns } = atLargest({ free: 64 * MiB })
  const { line, served } = waiting(turns, 2)
  line[0].take = () => {
    throw new Error("no")
  }
  assert.throws(() => turns.serve(), { message: "no" })
  turns.serve()
  assert.deepEqual(served, [1])
})

test("where nothing comes back, quanta become smaller, until nobody waits for turns", () => {
  const { turns, clock, pool } = atLargest()
  pool.free = MiB
  const { served } = waiting(turns, 3)
  const steps = [turns.quantum]
  // When the first one came, half a second had begun already.
  clock.tick()
  while (turns.size > 0) {
    clock.tick()
    steps.push(turns.quantum)
  }
  assert.deepEqual(steps, [MiB, 512 * KiB, 256 * KiB, 0])
  assert.deepEqual(served, [0, 1, 2])
  assert.equal(turns.pays(0), false)
})

test("a line that moves is not stuck", () => {
  const { turns, clock } = atLargest()
  const { line } = waiting(turns, 2)
  clock.tick()
  turns.leave(line[0])
  clock.tick()
  assert.equal(turns.quantum, MiB)
  clock.tick()
  assert.equal(turns.quantum, 512 * KiB)
})

test("a line in which a turn takes more than eight seconds to come round gets smaller quanta", () => {
  const { turns, clock, pool } = atLargest()
  const { line } = waiting(turns, 1000)
  // This many turns in each half second, for a socket that waits again.
  const trial = (perReview: number): void => {
    for (let review = 0; review < 4; review++) {
      let left = perReview
      for (const turn of line) {
        turn.take = () => {
          if (--left === 0) pool.free = 0
          turns.join(turn)
        }
      }
      pool.free = 128 * MiB
      pool.returned += MiB
      turns.serve()
      clock.tick()
    }
  }
  trial(63)
  assert.equal(turns.quantum, MiB)
  trial(62)
  assert.equal(turns.quantum, 512 * KiB)
  // Quanta twice as large would take too long again, even when they are tried after ten seconds.
  for (let trials = 0; trials < 6; trials++) trial(124)
  assert.equal(turns.quantum, 512 * KiB)
  trial(125)
  assert.equal(turns.quantum, MiB)
})

test("when the crowd is gone, reviews stop", () => {
  const { turns, clock } = make()
  turns.pays(0)
  clock.tick()
  clock.tick()
  // The clock would have refused a second review at the same time.
  turns.pays(0)
  clock.tick()
  assert.equal(turns.quantum, 0)
})
