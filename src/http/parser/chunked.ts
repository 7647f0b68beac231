import type { Limits } from "../limits.ts"
import type { Found, Llhttp, ParserAt } from "./llhttp.ts"
import { malformed, Refusal } from "./refusal.ts"
import { mayTrail } from "./trailer_names.ts"

/** Reads a chunked body. */
export class ChunkedReader implements Found {
  readonly #llhttp: Llhttp
  readonly #limits: Limits
  readonly #deliver: (at: number, length: number) => void
  #parser: ParserAt | undefined
  #refusal: Refusal | undefined
  #bytes = 0
  /** The address of what is not known yet to be a part of the body. */
  #frameAt = 0
  /** Bytes of sizes, extensions and ends of lines. */
  #frame = 0
  #pieces = 0
  #trailerBytes = 0
  readonly #trailers: [name: string, value: string][] = []
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
    this.#frameAt = from
    const { kind, at } = this.#llhttp.step(parser, from, to, this)
    if (this.#refusal !== undefined) throw this.#refusal
    if (kind === "refused") throw malformed(this.#llhttp.reasonOf(parser))
    if (this.#hasDelete(at)) throw deleteInFrame
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

  /** The trailers, as they have come. They are all there when the body ends. */
  get trailers(): readonly (readonly [name: string, value: string])[] {
    return this.#trailers
  }

  body(at: number, length: number): number {
    this.#bytes += length
    this.#pieces++
    if (this.#bytes > this.#limits.bodyBytes) {
      return this.#refuse(new Refusal(413, "The request body is too long"))
    }
    if (this.#hasDelete(at)) return this.#refuse(deleteInFrame)
    this.#frameAt = at + length
    this.#deliver(at, length)
    return 0
  }

  name(at: number, length: number): number {
    if (!this.#named) {
      if (this.#trailers.length >= this.#limits.headers) {
        return this.#refuse(new Refusal(431, "The request has too many trailers"))
      }
      this.#trailers.push(["", ""])
    }
    this.#named = true
    this.#lastTrailer[0] += this.#text(at, length)
    return this.#trailer(length)
  }

  value(at: number, length: number): number {
    this.#named = false
    const [name] = this.#lastTrailer
    if (!mayTrail(name.toLowerCase())) return this.#refuse(malformed(`${name} cannot be a trailer`))
    this.#lastTrailer[1] += this.#text(at, length)
    return this.#trailer(length)
  }

  target(): number {
    return -1
  }

  get #lastTrailer(): [name: string, value: string] {
    return this.#trailers[this.#trailers.length - 1]
  }

  #text(at: number, length: number): string {
    return this.#llhttp.latin1(at, at + length)
  }

  #trailer(length: number): number {
    this.#trailerBytes += length
    if (this.#trailerBytes <= this.#limits.trailerBytes) return 0
    return this.#refuse(new Refusal(431, "The trailers of the request are too long"))
  }

  /** Whether a size, an extension or a trailer has a DEL: llhttp lets it through in quotes. */
  #hasDelete(to: number): boolean {
    const { memory } = this.#llhttp
    for (let at = this.#frameAt; at < to; at++) if (memory[at] === 0x7f) return true
    return false
  }

  #refuse(refusal: Refusal): number {
    this.#refusal = refusal
    return -1
  }
}

const deleteInFrame = malformed("A chunk has a control character in its extensions")

/** A size of one digit, and two ends of lines, take 5 bytes; a size of 11 digits takes 15. */
const perPiece = 16
