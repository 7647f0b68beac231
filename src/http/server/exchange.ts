import { clearTimeout, setTimeout } from "node:timers"
import type { ZerowireError } from "../../error/mod.ts"
import type { NetAddress } from "../../tcp/mod.ts"
import type { Head } from "../parser/head.ts"
import type { IncomingBody } from "../request/body.ts"
import { makeRequest, type RequestSource } from "../request/request.ts"
import { BrokenOff, writeResponse, type Written } from "../response/writer.ts"
import type { Transport } from "../transport.ts"
import type { Context } from "./context.ts"
import { Info, type InfoSource } from "./info.ts"

/** The connection of an exchange. */
export interface ExchangeHost {
  readonly transport: Transport
  /** The response is written. */
  answered(exchange: Exchange, keepAlive: boolean): void
  abort(cause: unknown): void
}

/** One request and its response. */
export class Exchange implements RequestSource, InfoSource {
  readonly head: Head
  readonly body: IncomingBody | undefined
  readonly remoteAddr: NetAddress
  readonly #context: Context
  readonly #host: ExchangeHost
  readonly #last: boolean
  readonly #startedAt: number
  #firstAt = 0
  #startBytes = 0
  #aborting: AbortController | undefined
  #failure: unknown
  #completed: PromiseWithResolvers<void> | undefined
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
    remoteAddr: NetAddress,
  ) {
    this.remoteAddr = remoteAddr
    this.#context = context
    this.#host = host
    this.head = head
    this.body = body
    this.#last = last
    this.#startedAt = context.onComplete === undefined ? 0 : performance.now()
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

  /** Resolves when the kernel has accepted all of the response. */
  get completed(): Promise<void> {
    if (this.#completed === undefined) {
      this.#completed = Promise.withResolvers()
      // Nobody has to ask.
      this.#completed.promise.catch(() => {})
      if (this.#state === "done") this.#settle()
      if (this.#state === "failed") this.#completed.reject(this.#failure)
    }
    return this.#completed.promise
  }

  /** Resets the connection unless the response is written in this many seconds. */
  timeout(seconds: number): void {
    clearTimeout(this.#timer)
    if (!(seconds > 0) || this.#state === "done" || this.#state === "failed") return
    const end = () => this.#host.abort(new Error(`The response took more than ${seconds} s`))
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
    if (this.begun) return
    this.told = true
    this.#host.transport.writeLatin1("HTTP/1.1 100 Continue\r\n\r\n")
  }

  /** The connection is lost. */
  lost(error: ZerowireError): void {
    this.drop(error)
  }

  /** The request will not be answered by its handler. */
  drop(failure: unknown): void {
    if (this.#state === "done" || this.#state === "failed") return
    this.#state = "failed"
    clearTimeout(this.#timer)
    this.#failure = failure
    this.#aborting?.abort(failure)
    this.#completed?.reject(failure)
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
      void this.#answerFailure(failure)
    }
  }

  /** @throws {TypeError} if the response cannot be sent; nothing was written then. */
  #write(response: Response): void {
    const { transport } = this.#host
    const { method, minor } = this.head
    const keepAlive = !this.#last && !this.#context.closing() && !this.#leavesTooMuch
    const before = this.#startBytes = transport.writtenBytes
    let written: Written | Promise<Written>
    try {
      written = writeResponse(transport, response, { method, minor, keepAlive }, this.#context.peek)
    } catch (failure) {
      if (transport.failure === undefined && transport.writtenBytes === before) throw failure
      return this.#broken(failure)
    }
    this.#state = "writing"
    this.#firstAt = this.#startedAt === 0 ? 0 : performance.now()
    if (!(written instanceof Promise)) return this.#done(written, response)
    written.then((result) => this.#done(result, response), (failure) => {
      if (failure instanceof BrokenOff || transport.failure !== undefined) this.#broken(failure)
      else {
        // Its source has failed before anything was written.
        this.#state = "handling"
        void this.#answerFailure(failure)
      }
    })
  }

  /**
   * Whether more of the body is left unread than is worth skipping. A client that was not told to send it may
   * leave it out, so nobody knows what it would send next.
   */
  get #leavesTooMuch(): boolean {
    const { body, head } = this
    if (body === undefined || body.ended) return false
    if (head.expects && !this.told) return true
    return body.untouched && head.length > this.#context.limits.unreadBytes
  }

  #done({ keepAlive }: Written, response: Response): void {
    if (this.#state === "failed") return
    this.#state = "done"
    clearTimeout(this.#timer)
    this.#settle()
    this.#tell(response.status)
    this.#host.answered(this, keepAlive)
  }

  /** A part of the response is missing: only a reset says so. */
  #broken(failure: unknown): void {
    const cause = failure instanceof BrokenOff ? failure.cause : failure
    if (this.#host.transport.failure === undefined) this.#context.report(cause)
    this.drop(cause)
    this.#host.abort(cause)
  }

  #settle(): void {
    const completed = this.#completed
    if (completed === undefined) return
    this.#host.transport.untilAccepted().then(completed.resolve, completed.reject)
  }

  #tell(status: number): void {
    const { onComplete } = this.#context
    if (onComplete === undefined) return
    const { method, target } = this.head
    const now = performance.now()
    try {
      onComplete({
        remoteAddr: this.remoteAddr,
        method,
        path: target,
        status,
        bytes: this.#host.transport.writtenBytes - this.#startBytes,
        ms: now - this.#startedAt,
        ttfb: this.#firstAt - this.#startedAt,
      })
    } catch (failure) {
      // The request is answered: a second response would be taken for that of the next one.
      this.#context.report(failure)
    }
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

/** Nobody will read it. */
function discard(response: Response): void {
  if (isResponse(response) && response.body?.locked === false) {
    response.body.cancel().catch(() => {})
  }
}
