import { clearTimeout, setTimeout } from "node:timers"
import type { NetAddress, Socket } from "../../tcp/mod.ts"
import type { Head } from "../parser/head.ts"
import type { IncomingBody } from "../request/body.ts"
import { makeRequest, type RequestSource } from "../request/request.ts"
import { interimHead } from "../response/head.ts"
import type { MakeTrailers } from "../response/trailers.ts"
import { type Asked, BrokenOff, writeResponse, type Written } from "../response/writer.ts"
import type { Transport } from "../transport.ts"
import { Completion } from "./completion.ts"
import type { Context } from "./context.ts"
import { Ended } from "./ended.ts"
import { Info, type InfoSource } from "./info.ts"
import type { ServeInfo, Upgrade, UpgradeOptions } from "./options.ts"
import { tooLong } from "./times.ts"
import { UpgradeUnderWay } from "./upgrade.ts"

/** The connection of an exchange. */
export interface ExchangeHost {
  readonly transport: Transport
  /** The response is written. */
  answered(exchange: Exchange, keepAlive: boolean): void
  /** The connection has left HTTP. Resolves with what is left of it. */
  giveAway(exchange: Exchange): Promise<Socket>
  abort(cause: unknown): void
}

/** One request and its response. */
export class Exchange implements RequestSource, InfoSource {
  readonly head: Head
  readonly body: IncomingBody | undefined
  readonly #context: Context
  readonly #host: ExchangeHost
  readonly #last: boolean
  readonly #completion: Completion
  readonly #client: { readonly remoteAddr: NetAddress }
  #aborting: AbortController | undefined
  #failure: unknown
  #upgrade: UpgradeUnderWay | undefined
  #trailers: MakeTrailers | undefined
  #status = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  #state: "handling" | "writing" | "done" | "failed" = "handling"
  /** Whether the client was told to send its body. */
  told = false

  /** After the `last` one, the connection is closed. */
  constructor(
    context: Context,
    host: ExchangeHost,
    head: Head,
    body: IncomingBody | undefined,
    last: boolean,
    client: { readonly remoteAddr: NetAddress },
  ) {
    this.#client = client
    this.#context = context
    this.#host = host
    this.head = head
    this.body = body
    this.#last = last
    this.#completion = new Completion(context, host.transport, head, client)
  }

  get remoteAddr(): NetAddress {
    return this.#client.remoteAddr
  }

  get fallback(): string {
    return this.#context.fallback
  }

  /** Whether a part of the response was written. */
  get begun(): boolean {
    return this.#state !== "handling"
  }

  /** Aborts when the connection is lost. */
  signal(): AbortSignal {
    this.#aborting ??= new AbortController()
    if (this.#state === "failed") this.#aborting.abort(this.#failure)
    return this.#aborting.signal
  }

  get completed(): ServeInfo["completed"] {
    return this.#completion.promise as ServeInfo["completed"]
  }

  /** The fields behind the request's body. */
  get trailers(): Promise<Headers> {
    return this.body?.trailers ?? Promise.resolve(new Headers())
  }

  /** @throws {TypeError} after the response has begun. */
  sendTrailers(make: MakeTrailers): void {
    if (this.#state === "failed") return
    if (this.begun) throw tooLate("send trailers")
    this.#trailers = make
  }

  /** @throws {TypeError} after the response has begun. */
  earlyHints(headers: Headers): void {
    if (this.#state === "failed") return
    if (this.begun) throw tooLate("send early hints")
    const head = interimHead(103, headers)
    if (this.head.minor === 1) this.#host.transport.writeLatin1(head)
  }

  /** @throws {TypeError} for options that cannot be used. */
  upgrade(options: UpgradeOptions): Upgrade | undefined {
    const upgrade = UpgradeUnderWay.of(this.head, options)
    if (upgrade === undefined || this.begun) return undefined
    return this.#upgrade = upgrade
  }

  /** Resets the connection unless the response is written in this many seconds. */
  timeout(seconds: number): void {
    clearTimeout(this.#timer)
    if (
      !(seconds > 0 && 1000 * seconds < tooLong) || this.#state === "done" ||
      this.#state === "failed"
    ) return
    const end = () =>
      this.#host.abort(new Ended("timeout", `The response took more than ${seconds} s`))
    this.#timer = setTimeout(end, 1000 * seconds)
    this.#timer.unref()
  }

  begin(): void {
    try {
      const response = this.#context.handler(makeRequest(this), new Info(this))
      if (isResponse(response)) this.#answer(response)
      else void this.#answerLater(response)
    } catch (failure) {
      void this.#answerFailure(failure)
    }
  }

  /** Tells the client to send its body. */
  tellToContinue(): void {
    if (!this.#waitsToBeTold || this.#completion.begun || this.#state === "failed") return
    this.told = true
    this.#host.transport.writeLatin1("HTTP/1.1 100 Continue\r\n\r\n")
  }

  /** The request will not be answered by its handler, or the connection is lost. */
  drop(failure: unknown): void {
    if (this.#state === "done" || this.#state === "failed") return
    this.#state = "failed"
    clearTimeout(this.#timer)
    this.#failure = failure
    this.#aborting?.abort(failure)
    this.#completion.failed(failure, this.#status)
    this.#upgrade?.fail(failure)
  }

  async #answerLater(response: Response | PromiseLike<Response>): Promise<void> {
    let answer: Response
    try {
      answer = await response
    } catch (failure) {
      return await this.#answerFailure(failure)
    }
    if (this.#state === "failed") return discard(answer)
    if (isResponse(answer)) this.#answer(answer)
    else await this.#answerFailure(notAResponse(answer))
  }

  async #answerFailure(failure: unknown): Promise<void> {
    if (this.#state === "failed") return
    try {
      const response = await this.#context.onError(failure)
      if (this.#gone) return discard(response)
      if (isResponse(response)) return this.#write(response)
      throw notAResponse(response)
    } catch (second) {
      this.#context.report(second)
      if (!this.#gone) this.#write(new Response("Internal Server Error", { status: 500 }))
    }
  }

  /** Whether there is nobody to answer. It changes while others run. */
  get #gone(): boolean {
    return this.#state === "failed"
  }

  #answer(response: Response): void {
    try {
      this.#write(response)
    } catch (failure) {
      discard(response)
      void this.#answerFailure(failure)
    }
  }

  /** @throws {TypeError} if the response cannot be sent; nothing was written then. */
  #write(response: Response): void {
    const upgrade = this.#upgrade
    if (upgrade !== undefined && response.status === 101) return this.#leave(upgrade, response)
    const { transport } = this.#host
    let written: Written | Promise<Written>
    try {
      written = writeResponse(transport, response, this.#asked, this.#context.peek)
    } catch (failure) {
      if (transport.failure === undefined && !this.#completion.begun) throw failure
      discard(response)
      return this.#broken(failure)
    }
    upgrade?.fail(new TypeError(`Cannot upgrade: the handler has answered with ${response.status}`))
    this.#status = response.status
    this.#state = "writing"
    if (!(written instanceof Promise)) return this.#done(written)
    written.then((result) => this.#done(result), (failure) => {
      if (failure instanceof BrokenOff || transport.failure !== undefined) this.#broken(failure)
      else {
        // Its source has failed before anything was written.
        this.#state = "handling"
        void this.#answerFailure(failure)
      }
    })
  }

  get #asked(): Asked {
    const { method, minor } = this.head
    return {
      method,
      minor,
      keepAlive: !this.#last && !this.#context.closing() && !this.#leavesTooMuch,
      bodyFirst: this.#waitsToBeTold,
      trailers: this.#trailers,
      completion: this.#completion,
    }
  }

  /** Leaves HTTP with the answer that the handler has made of `upgrade.response`. */
  #leave(upgrade: UpgradeUnderWay, response: Response): void {
    const head = upgrade.headOf(response)
    this.#completion.begin()
    this.#host.transport.writeLatin1(head)
    this.#state = "done"
    clearTimeout(this.#timer)
    this.#completion.written(101, "upgraded")
    upgrade.succeed(this.#host.giveAway(this))
  }

  /** Whether the client was not told to send its body, and may leave it out. */
  get #waitsToBeTold(): boolean {
    const { body, head } = this
    return body !== undefined && !body.ended && head.expects && !this.told && !body.arrived
  }

  /**
   * Whether more of the body is left unread than is worth skipping. If the client may leave it out, nobody
   * knows what it would send next.
   */
  get #leavesTooMuch(): boolean {
    const { body, head } = this
    if (body === undefined || body.ended) return false
    if (this.#waitsToBeTold) return true
    return body.untouched && head.length > this.#context.limits.unreadBytes
  }

  #done({ keepAlive }: Written): void {
    if (this.#state === "failed") return
    this.#state = "done"
    if (this.#timer !== undefined) clearTimeout(this.#timer)
    this.#completion.written(this.#status, "sent")
    this.#host.answered(this, keepAlive)
  }

  /** A part of the response is missing: only a reset says so. */
  #broken(failure: unknown): void {
    const cause = failure instanceof BrokenOff ? failure.cause : failure
    if (this.#host.transport.failure === undefined) this.#context.report(cause)
    this.drop(cause)
    this.#host.abort(cause)
  }
}

/** Also a Response of another realm or a library's own. */
const isResponse = (value: unknown): value is Response => value instanceof Response

const notAResponse = (value: unknown): TypeError =>
  new TypeError(
    `Cannot answer a request: the handler has returned ${
      value === undefined ? "nothing" : typeof value
    }, not a Response`,
  )

const tooLate = (what: string): TypeError =>
  new TypeError(
    `Cannot ${what}: the response has begun. Do so before the handler returns it`,
  )

/** Nobody will read it. */
function discard(response: Response): void {
  if (isResponse(response) && response.body?.locked === false) {
    response.body.cancel().catch(() => {})
  }
}
