/**
 * Whom an event reaches: only the simulated kernel, the program (a wait ends, a courier returns), or the
 * program through a deadline that it set itself.
 */
export type EventKind = "kernel" | "program" | "deadline"

/** Something that will happen. */
export interface Scheduled {
  readonly time: number
  readonly kind: EventKind
  cancel(): void
}

/** Virtual time, in milliseconds: a queue of events, in the order of their time. */
export class Timeline {
  readonly #heap: Entry[] = []
  #now = 0
  #order = 0

  get now(): number {
    return this.#now
  }

  /** Calls `run` after `delay` milliseconds; events of one instant run in the order of scheduling. */
  after(delay: number, run: () => void, kind: EventKind = "kernel"): Scheduled {
    const entry = new Entry(this.#now + Math.max(0, delay), this.#order++, kind, run)
    this.#push(entry)
    return entry
  }

  /** The next event, or nothing if there is none. */
  get next(): Scheduled | undefined {
    while (this.#heap.length > 0 && this.#heap[0].run === undefined) this.#pop()
    return this.#heap[0]
  }

  /** Runs the next event, and advances time to it. */
  step(): void {
    if (this.next === undefined) return
    const entry = this.#pop()
    this.#now = entry.time
    const { run } = entry
    entry.cancel()
    run?.()
  }

  /** Advances time to `time`, if no event comes earlier. */
  moveTo(time: number): void {
    this.#now = Math.max(this.#now, time)
  }

  #push(entry: Entry): void {
    const heap = this.#heap
    let at = heap.push(entry) - 1
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!entry.before(heap[parent])) break
      heap[at] = heap[parent]
      at = parent
    }
    heap[at] = entry
  }

  #pop(): Entry {
    const heap = this.#heap
    const [first] = heap
    const entry = heap.pop() as Entry
    if (heap.length === 0) return first
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && heap[child + 1].before(heap[child])) child++
      if (!heap[child].before(entry)) break
      heap[at] = heap[child]
      at = child
    }
    heap[at] = entry
    return first
  }
}

class Entry implements Scheduled {
  readonly time: number
  readonly order: number
  readonly kind: EventKind
  /** Undefined once it has run or was cancelled. */
  run: (() => void) | undefined

  constructor(time: number, order: number, kind: EventKind, run: () => void) {
    this.time = time
    this.order = order
    this.kind = kind
    this.run = run
  }

  before(other: Entry): boolean {
    return this.time < other.time || (this.time === other.time && this.order < other.order)
  }

  cancel(): void {
    this.run = undefined
  }
}
