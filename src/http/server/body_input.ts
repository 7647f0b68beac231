import type { Limits } from "../limits.ts"
import { ChunkedReader } from "../parser/chunked.ts"
import type { Llhttp, ParserAt } from "../parser/llhttp.ts"
import type { IncomingBody } from "../request/body.ts"

/** Takes the bytes of a request's body out of what arrives. */
export class BodyInput {
  readonly body: IncomingBody
  readonly #llhttp: Llhttp
  readonly #chunks: ChunkedReader | undefined
  /** Bytes of a body of known length that have not arrived. */
  #left: number
  readonly #mostUnread: number
  #received = 0
  /** Bytes that were thrown away, with their chunks' sizes. */
  #skipped = 0
  #skipping = false

  /** Of `length` bytes; or chunked, as `parser` says, which is given back when the body ends. */
  constructor(
    { llhttp, limits }: { readonly llhttp: Llhttp; readonly limits: Limits },
    body: IncomingBody,
    length: number,
    parser: ParserAt | undefined,
  ) {
    this.body = body
    this.#llhttp = llhttp
    this.#left = length
    this.#mostUnread = limits.unreadBytes
    const deliver = (at: number, length: number) => this.#deliver(at, length)
    this.#chunks = parser === undefined
      ? undefined
      : new ChunkedReader(llhttp, parser, limits, deliver)
  }

  /** Whether it is thrown away, and more of it than is worth that. */
  get tooLong(): boolean {
    return this.#skipping && Math.max(this.#left, this.#skipped) > this.#mostUnread
  }

  /** Bytes that have come, with their chunks' sizes. */
  get received(): number {
    return this.#received
  }

  /** From now on, what arrives is thrown away. */
  skip(): void {
    this.#skipping = true
    this.body.cut()
  }

  /**
   * Uses input from address `from` to `to`. Returns the address after the body, or -1 if there is more to
   * come.
   *
   * @throws {Refusal} if it is chunked, and cannot be read.
   */
  use(from: number, to: number): number {
    let at: number
    if (this.#chunks !== undefined) at = this.#chunks.read(from, to)
    else {
      const n = Math.min(to - from, this.#left)
      this.#left -= n
      this.#deliver(from, n)
      at = this.#left === 0 ? from + n : -1
    }
    const used = (at < 0 ? to : at) - from
    this.#received += used
    if (this.#skipping) this.#skipped += used
    if (at >= 0) this.body.end(this.#chunks?.trailers)
    return at
  }

  /** No more will come, perhaps because of a `failure`. */
  drop(failure?: Error): void {
    this.#chunks?.drop()
    if (failure !== undefined) this.body.fail(failure)
  }

  #deliver(at: number, length: number): void {
    if (!this.#skipping) this.body.push(this.#llhttp.memory.slice(at, at + length))
  }
}
