import type { Limits } from "../limits.ts"
import { checkHead, type Head } from "./head.ts"
import type { Llhttp, ParserAt } from "./llhttp.ts"
import { malformed, Refusal } from "./refusal.ts"
import { SpanCollector } from "./spans.ts"

/** Reads the heads of one connection's requests. It has a parser only while a head is incomplete. */
export class HeadReader {
  readonly #llhttp: Llhttp
  readonly #limits: Limits
  readonly #spares: Spares
  #parser: ParserAt | undefined
  #spans: SpanCollector | undefined
  #text = ""
  /** The last head and its bytes, if it can come again. */
  #last: { readonly text: string; readonly head: Head } | undefined

  /** `spares` is shared by the connections of a server. */
  constructor(llhttp: Llhttp, limits: Limits, spares: Spares) {
    this.#llhttp = llhttp
    this.#limits = limits
    this.#spares = spares
  }

  /** Whether a part of a head has come. */
  get begun(): boolean {
    return this.#parser !== undefined
  }

  /**
   * Reads from address `from` to `to`. Returns the address after the head, which is then in `head`, or -1 if
   * there is more of it to come. A parser stays with a head whose body is chunked: see `takeParser`.
   *
   * @throws {Refusal} with the status to answer with.
   */
  read(from: number, to: number): number {
    const again = this.#parser === undefined ? this.#readAgain(from, to) : -1
    if (again >= 0) return again
    const spans = this.#begin()
    const parser = this.#parser as ParserAt
    spans.startAt(from, this.#text.length)
    const { kind, at } = this.#llhttp.step(parser, from, to, spans)
    if (kind === "refused") return this.#refuse(spans, from, to)
    this.#text += this.#llhttp.latin1(from, at)
    this.#checkSize(spans)
    if (kind === "more") return -1
    const head = checkHead(this.#text, this.#llhttp.methodOf(parser), spans, this.#limits)
    this.head = head
    this.#last = head.length === 0 && this.#text.length <= mostKept
      ? { text: this.#text, head }
      : undefined
    if (head.length >= 0) this.drop()
    else this.#release()
    return at
  }

  /**
   * A client that asks often asks for the same again, and the same bytes make the same head. Returns as
   * `read`, or -1 if these are others.
   */
  #readAgain(from: number, to: number): number {
    const last = this.#last
    if (last === undefined) return -1
    const { text, head } = last
    const end = from + text.length
    if (end > to || this.#llhttp.memory[end - 1] !== lineFeed) return -1
    if (this.#llhttp.latin1(from, end) !== text) return -1
    this.head = head
    return end
  }

  /** The head that was read last. */
  head: Head | undefined

  /** What to answer if no more of a head comes whose method is wrong already. */
  refusal: Refusal | undefined

  /** The parser of a head with a chunked body. */
  takeParser(): ParserAt {
    const parser = this.#parser
    if (parser === undefined) throw new Error("This head has no chunked body")
    this.#parser = undefined
    this.#llhttp.resume(parser)
    return parser
  }

  /** Gives the parser back. */
  drop(): void {
    if (this.#parser !== undefined) this.#llhttp.giveBack(this.#parser)
    this.#parser = undefined
    this.refusal = undefined
    this.#release()
  }

  #begin(): SpanCollector {
    this.#parser ??= this.#llhttp.take()
    if (this.#spans !== undefined) return this.#spans
    const spans = this.#spans = this.#spares.pop() ?? new SpanCollector(this.#limits.headers)
    spans.clear()
    return spans
  }

  #release(): void {
    if (this.#spans !== undefined) this.#spares.push(this.#spans)
    this.#spans = undefined
    this.#text = ""
  }

  #checkSize({ targetFrom, targetTo }: SpanCollector): void {
    if (targetTo - targetFrom > this.#limits.targetBytes) {
      throw new Refusal(414, "The request target is too long")
    }
    if (this.#text.length > this.#limits.headBytes) {
      throw new Refusal(431, "The head of the request is too long")
    }
  }

  /**
   * llhttp refuses a method at its first wrong letter. Whether it is one depends on what follows, so the rest
   * of it is waited for: the answer is the same however the bytes arrive.
   */
  #refuse({ full }: SpanCollector, from: number, to: number): -1 {
    if (full) throw new Refusal(431, "The request has too many headers")
    const reason = this.#llhttp.reasonOf(this.#parser as ParserAt)
    this.#text += this.#llhttp.latin1(from, Math.min(to, from + mostOfMethod))
    const refusal = malformed(reason || "The request is not HTTP/1.1")
    if (!/method/i.test(reason)) throw refusal
    if (unknownMethod.test(this.#text)) throw new Refusal(501, "This method is not known here")
    if (!partOfMethod.test(this.#text)) throw refusal
    this.refusal = refusal
    return -1
  }
}

/** A method, and the beginning of a target. */
const unknownMethod = /^(?:\r\n)?[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64} [/*h]/
/** What can become that. */
const partOfMethod = /^(?:\r\n)?[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64} ?$/
/** As long as what `unknownMethod` can match. */
const mostOfMethod = 68

/** Collectors that no head is using. */
export type Spares = SpanCollector[]

/** Bytes of a head that is kept while its connection is idle: ten thousand of them must not matter. */
const mostKept = 1024

const lineFeed = 0x0a
