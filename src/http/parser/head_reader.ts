import type { Limits } from "../limits.ts"
import { checkHead, type Head } from "./head.ts"
import { latin1, type Llhttp, type ParserAt } from "./llhttp.ts"
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
    const spans = this.#begin()
    const parser = this.#parser as ParserAt
    spans.startAt(from, this.#text.length)
    const { kind, at } = this.#llhttp.step(parser, from, to, spans)
    if (kind === "refused") throw this.#refusal(spans, from, to)
    this.#text += latin1(this.#llhttp.memory, from, at)
    this.#checkSize(spans)
    if (kind === "more") return -1
    this.head = checkHead(this.#text, this.#llhttp.methodOf(parser), spans, this.#limits)
    if (this.head.length >= 0) this.drop()
    else this.#release()
    return at
  }

  /** The head that was read last. */
  head: Head | undefined

  /** The parser of a head with a chunked body. */
  takeParser(): ParserAt {
    const parser = this.#parser
    if (parser === undefined) throw new Error("This head has no chunked body")
    this.#parser = undefined
    return parser
  }

  /** Gives the parser back. */
  drop(): void {
    if (this.#parser !== undefined) this.#llhttp.giveBack(this.#parser)
    this.#parser = undefined
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

  #refusal({ full }: SpanCollector, from: number, to: number): Refusal {
    if (full) return new Refusal(431, "The request has too many headers")
    const reason = this.#llhttp.reasonOf(this.#parser as ParserAt)
    const start = this.#text + latin1(this.#llhttp.memory, from, Math.min(to, from + 64))
    const unknown = /^(?:\r\n)?[!#$%&'*+.^_`|~0-9A-Za-z-]+ [/*h]/.test(start)
    if (unknown && /method/i.test(reason)) return new Refusal(501, "This method is not known here")
    return malformed(reason || "The request is not HTTP/1.1")
  }
}

/** Collectors that no head is using. */
export type Spares = SpanCollector[]
