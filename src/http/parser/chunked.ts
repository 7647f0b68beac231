import type { Limits } from "../limits.ts"
import { type Found, latin1, type Llhttp, type ParserAt } from "./llhttp.ts"
import { malformed, Refusal } from "./refusal.ts"

/** Reads a chunked body. */
export class ChunkedReader implements Found {
  readonly #llhttp: Llhttp
  readonly #limits: Limits
  readonly #deliver: (at: number, length: number) => void
  #parser: ParserAt | undefined
  #refusal: Refusal | undefined
  #bytes = 0
  /** Bytes of sizes, extensions and ends of lines. */
  #frame = 0
  #pieces = 0
  #trailers = 0
  #name = ""
  #named = false

  /** Takes `parser` over. `deliver` must copy the bytes that it is given the address of. */
  constructor(
    llhttp: Llhttp,
    parser: ParserAt,
    limits: Limits,
    deliver: (at: number, length: number) => void,
  ) {
    this.#llhttp = llhttp
    this.#parser = parser
    this.#limits = limits
    this.#deliver = deliver
  }

  /**
   * Reads from address `from` to `to`. Returns the address after the body, or -1 if there is more to come.
   *
   * @throws {Refusal} with the status to answer with, if that is still possible.
   */
  read(from: number, to: number): number {
    const parser = this.#parser as ParserAt
    const before = this.#bytes
    const { kind, at } = this.#llhttp.step(parser, from, to, this)
    if (this.#refusal !== undefined) throw this.#refusal
    if (kind === "refused") throw malformed(this.#llhttp.reasonOf(parser))
    this.#frame += at - from - (this.#bytes - before)
    if (
      this.#frame > this.#limits.chunkBytes + this.#limits.trailerBytes + perPiece * this.#pieces
    ) {
      throw new Refusal(413, "The chunks of the body have too many extensions")
    }
    if (kind === "more") return -1
    this.drop()
    return at
  }

  /** Gives the parser back. */
  drop(): void {
    if (this.#parser !== undefined) this.#llhttp.giveBack(this.#parser)
    this.#parser = undefined
  }

  body(at: number, length: number): number {
    this.#bytes += length
    this.#pieces++
    if (this.#bytes > this.#limits.bodyBytes) {
      return this.#refuse(new Refusal(413, "The request body is too long"))
    }
    this.#deliver(at, length)
    return 0
  }

  name(at: number, length: number): number {
    if (!this.#named) this.#name = ""
    this.#named = true
    this.#name += latin1(this.#llhttp.memory, at, at + length)
    return this.#trailer(length)
  }

  value(_: number, length: number): number {
    this.#named = false
    if (forbidden.has(this.#name.toLowerCase())) {
      return this.#refuse(malformed(`${this.#name} cannot be a trailer`))
    }
    return this.#trailer(length)
  }

  target(): number {
    return -1
  }

  #trailer(length: number): number {
    this.#trailers += length
    if (this.#trailers <= this.#limits.trailerBytes) return 0
    return this.#refuse(new Refusal(431, "The trailers of the request are too long"))
  }

  #refuse(refusal: Refusal): number {
    this.#refusal = refusal
    return -1
  }
}

/** A size of one digit, and two ends of lines, take 5 bytes; a size of 11 digits takes 15. */
const perPiece = 16

/** Fields that decide about the message, its route or who sends it (RFC 9110, section 6.5.1). */
const forbidden: ReadonlySet<string> = new Set([
  ...["authorization", "connection", "content-encoding", "content-length", "content-range"],
  ...["content-type", "cookie", "expect", "host", "keep-alive", "max-forwards", "proxy-connection"],
  ...["range", "te", "trailer", "transfer-encoding", "upgrade"],
])
