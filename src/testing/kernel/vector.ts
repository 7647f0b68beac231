import type { Memory, Vector } from "../../kernel/port.ts"
import type { Pages, SimulatedMemory } from "./memory.ts"

/** One element of a call: bytes of some pages. */
export interface Element {
  readonly pages: Pages
  readonly offset: number
  readonly length: number
}

export class SimulatedVector implements Vector {
  readonly capacity: number
  readonly #elements: (Element | undefined)[]

  constructor(capacity: number) {
    this.capacity = capacity
    this.#elements = new Array(capacity).fill(undefined)
  }

  set(index: number, memory: Memory, offset: number, length: number): void {
    if (!(index >= 0 && index < this.capacity)) {
      throw new RangeError(`Cannot set element ${index} of a vector of ${this.capacity}`)
    }
    checkRange(memory, offset, length)
    this.#elements[index] = { pages: (memory as SimulatedMemory).pages, offset, length }
  }

  /** The first `count` elements. */
  elements(count: number): Element[] {
    return this.#elements.slice(0, count).filter((element) => element !== undefined)
  }

  clear(): void {
    this.#elements.fill(undefined)
  }
}

/** How many bytes after the first `skip`, up to `most`, are in memory that still exists. */
export function readableBytes(elements: readonly Element[], skip: number, most: number): number {
  let readable = 0
  for (const { pages, offset, length } of elements) {
    const from = Math.min(skip, length)
    skip -= from
    const wanted = Math.min(length - from, most - readable)
    if (wanted > 0 && pages.view(offset + from, wanted) === undefined) break
    readable += wanted
  }
  return readable
}

/**
 * Checks that `offset` and `length` are inside `memory` in its present state.
 *
 * @throws {RangeError} when they do not.
 */
export function checkRange({ buffer }: Memory, offset: number, length: number): void {
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length)
  if (whole && offset >= 0 && length >= 0 && offset + length <= buffer.byteLength) return
  throw new RangeError(
    `Cannot give ${length} bytes at ${offset} to the kernel: the memory has ${buffer.byteLength}` +
      (buffer.detached ? " (its ArrayBuffer was detached)" : ""),
  )
}
