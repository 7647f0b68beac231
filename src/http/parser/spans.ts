import type { Found } from "./llhttp.ts"
import type { Spans } from "./head.ts"

/**
 * Notes where the parts of a head are. A part that ends with its packet is reported in two pieces, of which
 * the second begins where the first has ended.
 */
export class SpanCollector implements Found, Spans {
  targetFrom = 0
  targetTo = 0
  readonly headers: Int32Array
  count = 0
  /** Whether there were more headers than there is room for. */
  full = false
  /** The address of the head's first byte, if all of it were where the present input is. */
  #base = 0
  #inName = false

  /** For `most` headers. */
  constructor(most: number) {
    this.headers = new Int32Array(4 * most)
  }

  /** A new head begins. */
  clear(): void {
    this.targetFrom = this.targetTo = this.count = 0
    this.#inName = this.full = false
  }

  /** The next input begins at address `at`; `before` bytes of the head were parsed. */
  startAt(at: number, before: number): void {
    this.#base = at - before
  }

  target(at: number, length: number): number {
    if (this.targetTo === 0) this.targetFrom = at - this.#base
    this.targetTo = at - this.#base + length
    return 0
  }

  name(at: number, length: number): number {
    const { headers } = this
    const from = at - this.#base
    if (!this.#inName) {
      if (4 * this.count === headers.length) return this.#refuse()
      this.#inName = true
      headers[4 * this.count] = from
      headers[4 * this.count + 2] = -1
      this.count++
    }
    headers[4 * this.count - 3] = from + length
    return 0
  }

  value(at: number, length: number): number {
    const { headers, count } = this
    const from = at - this.#base
    this.#inName = false
    if (headers[4 * count - 2] < 0) headers[4 * count - 2] = from
    headers[4 * count - 1] = from + length
    return 0
  }

  body(): number {
    return refuse
  }

  #refuse(): number {
    this.full = true
    return refuse
  }
}

/** Any number that means nothing to llhttp ends its step. */
const refuse = -1
