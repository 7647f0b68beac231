import type { Head } from "../parser/head.ts"
import { HeadReader, type Spares } from "../parser/head_reader.ts"
import { Refusal } from "../parser/refusal.ts"
import { IncomingBody } from "../request/body.ts"
import { plainAnswer } from "../response/head.ts"
import { Transport } from "../transport.ts"
import type { Socket } from "../../tcp/mod.ts"
import type { ZerowireError } from "../../error/mod.ts"
import { BodyInput } from "./body_input.ts"
import { Client } from "./client.ts"
import { Exchange } from "./exchange.ts"
import { Ended } from "./ended.ts"
import { LaterBytes } from "./later.ts"
import type { Context } from "./context.ts"
import { Quota } from "./quota.ts"
import { Times } from "./times.ts"

/**
 * One connection of a client. It answers one request after the other; what arrives of later ones waits, first
 * here and then in the kernel.
 */
export class HttpConnection {
  readonly transport: Transport
  readonly #context: Context
  readonly #heads: HeadReader
  readonly #client: Client
  #state: "idle" | "head" | "answering" | "closing" | "closed" = "idle"
  #exchange: Exchange | undefined
  #input: BodyInput | undefined
  readonly #later = new LaterBytes()
  /** Whether input is being used: what is called meanwhile must not receive. */
  #reading = false
  #ended = false
  readonly #quota: Quota
  readonly #times: Times
  readonly #onClosed: (connection: HttpConnection) => void

  /** `onClosed` is called once. */
  constructor(
    socket: Socket,
    context: Context,
    spares: Spares,
    onClosed: (connection: HttpConnection) => void,
  ) {
    this.#onClosed = onClosed
    this.#context = context
    this.#heads = new HeadReader(context.llhttp, context.limits, spares)
    this.transport = new Transport(socket, {
      readable: () => this.#receive(),
      patient: () => this.#state === "answering" && this.#input === undefined,
      lost: (error) => this.#lost(error),
    })
    this.#client = new Client(context.trust, this.transport)
    this.#quota = new Quota(context.limits)
    this.#times = new Times(context, this.transport)
    this.transport.begin()
  }

  /**
   * Closes it now if it is idle, and otherwise when its present request is answered. A client that has just
   * connected has a request on its way, which is answered if it comes soon.
   */
  finish(): void {
    if (this.#state !== "idle") return
    if (this.#quota.untouched) return this.#times.hurry()
    // A request may have arrived that nobody has read yet.
    this.transport.lookAgain()
    this.#receive()
    if (this.#state === "idle") void this.#close()
  }

  /** Checks deadlines. */
  tick(now: number): void {
    // It may have become idle since the server has begun to end.
    if (this.#context.closing()) this.finish()
    const state = this.#state
    if (state === "closing" || state === "closed") return
    const late = this.#times.late(now, state, this.#input, this.#exchange === undefined)
    if (late === "close") void this.#close()
    else if (late instanceof Refusal) this.#refuse(late)
    else if (late !== undefined) this.abort(late)
  }

  /** Resets the connection. */
  abort(cause: unknown): void {
    if (this.#state === "closed") return
    this.#state = "closing"
    this.transport.abort(cause).finally(() => this.#closed())
  }

  #receive(): void {
    const { llhttp } = this.#context
    if (llhttp.inputInUse) return this.transport.wake()
    if (this.#state === "closing" || this.#state === "closed") return
    const { inputAt, inputBytes } = llhttp
    this.#reading = llhttp.inputInUse = true
    this.transport.cork()
    try {
      for (let turns = 0; turns < mostTurns; turns++) {
        if (!this.#takes) return
        const replays = this.#input !== undefined || this.#state !== "answering"
        if (replays && this.#later.byteLength > 0) {
          const end = llhttp.put(this.#later.piece)
          this.#later.drop(this.#use(inputAt, end) - inputAt)
          continue
        }
        if (this.#ended) return this.#peerEnded()
        // What has to wait must fit there again.
        const room = inputBytes - this.#later.byteLength
        const n = this.transport.receive(llhttp.memory, inputAt, room)
        if (n < 0) return
        this.#ended = n === 0
        if (n <= 0) continue
        const at = this.#use(inputAt, inputAt + n)
        if (at < inputAt + n) this.#later.add(llhttp.memory.slice(at, inputAt + n))
      }
      this.transport.wake()
    } catch (failure) {
      // A connection that is lost says so itself.
      if (this.transport.failure !== undefined) return
      // A mistake of ours: nobody knows what this connection has become.
      this.#context.report(failure)
      this.abort(failure)
    } finally {
      this.#reading = llhttp.inputInUse = false
      this.transport.uncork()
    }
  }

  /** Whether there is a use for more input. */
  get #takes(): boolean {
    if (this.#state === "closing" || this.#state === "closed") return false
    if (this.#input !== undefined) return !this.#input.body.full
    return this.#state !== "answering" ||
      this.#later.byteLength < this.#context.llhttp.inputBytes && !this.#ended
  }

  /** Uses input from address `from` to `to`. Returns the address of the first byte that has to wait. */
  #use(from: number, to: number): number {
    let at = from
    try {
      while (at < to && at >= 0) {
        if (!this.#client.known) at = this.#client.use(this.#context.llhttp.memory, at, to)
        else if (this.#input !== undefined) at = this.#useForBody(this.#input, at, to)
        else if (this.#state === "answering") return at
        else if (this.#state === "idle" || this.#state === "head") at = this.#useForHead(at, to)
        else break
      }
    } catch (failure) {
      if (!(failure instanceof Refusal)) throw failure
      this.#refuse(failure)
    }
    return to
  }

  #useForHead(from: number, to: number): number {
    if (this.#state === "idle") {
      this.#state = "head"
      this.#times.headBegins()
      this.#quota.count(from > this.#context.llhttp.inputAt || this.#later.byteLength > 0)
    }
    const at = this.#heads.read(from, to)
    if (at >= 0) this.#begin(this.#heads.head as Head)
    return at
  }

  #useForBody(input: BodyInput, from: number, to: number): number {
    const at = input.use(from, to)
    this.#times.bodyMoves()
    if (at >= 0) {
      this.#input = undefined
      this.#times.requestEnds()
      if (this.#exchange === undefined) this.#next()
    } else if (input.tooLong) void this.#close(true)
    return at
  }

  #begin(given: Head): void {
    const told = this.#client.read(given, this.#context.fallback)
    const head = told?.head ?? given
    this.#state = "answering"
    this.#times.headEnds(head.length !== 0)
    const body = head.length === 0 ? undefined : this.#bodyOf(head)
    const last = !head.keepAlive || this.#quota.usedUp
    this.#exchange = new Exchange(this.#context, this, head, body, last, told ?? this.#client)
    this.#exchange.begin()
  }

  #bodyOf(head: Head): IncomingBody {
    const body = new IncomingBody({
      resume: () => this.transport.wake(),
      wanted: () => {
        this.#times.bodyMoves()
        this.#exchange?.tellToContinue()
      },
    })
    const parser = head.length < 0 ? this.#heads.takeParser() : undefined
    this.#input = new BodyInput(this.#context, body, head.length, parser)
    return body
  }

  /** The response of the present request is written. */
  answered(exchange: Exchange, keepAlive: boolean): void {
    if (this.#exchange !== exchange) return
    this.#exchange = undefined
    if (this.#state !== "answering") return
    this.#times.responseEnds()
    const input = this.#input
    input?.skip()
    if (!keepAlive || this.#context.closing() || input?.tooLong === true) {
      return void this.#close(input !== undefined)
    }
    if (input !== undefined) {
      this.#times.bodyMoves()
      this.#goOn()
    } else if (this.transport.full) {
      this.transport.untilAccepted().then(() => this.#next(), () => {})
    } else this.#next()
  }

  /** The client has its answer to an upgrade. Resolves with the socket, from the next byte on. */
  async giveAway(exchange: Exchange): Promise<Socket> {
    // What is being read right now may be of the new protocol.
    await undefined
    if (this.#exchange !== exchange || this.#state !== "answering") {
      throw this.transport.failure ?? new Ended("stopped", "The connection has ended")
    }
    this.#exchange = undefined
    const socket = this.transport.release(this.#later.first(Infinity))
    this.#closed()
    return socket
  }

  #next(): void {
    if (this.#state !== "answering") return
    this.#state = "idle"
    this.transport.patienceChanged()
    this.#times.idle()
    this.#goOn()
  }

  /** Uses what has arrived already. */
  #goOn(): void {
    if (this.#reading || this.#later.byteLength === 0 && !this.#ended) return
    this.#receive()
  }

  /** The client will send nothing more. It may still want its answer, unless its request is incomplete. */
  #peerEnded(): void {
    if (this.#input !== undefined) {
      const incomplete = new Ended("lost", "The client has ended the request before its body")
      this.#input.body.fail(incomplete)
      if (this.#exchange !== undefined) return this.abort(incomplete)
    }
    if (this.#heads.refusal !== undefined) this.#refuse(this.#heads.refusal)
    else if (this.#exchange === undefined) void this.#close()
  }

  /** Answers a request that cannot be answered by the handler, and closes. */
  #refuse(refusal: Refusal): void {
    if (refusal.status === 0) return this.abort(refusal)
    this.#heads.drop()
    this.#input?.drop(refusal)
    this.#input = undefined
    const exchange = this.#exchange
    // The handler's response may be under way, so another one cannot begin.
    if (exchange?.begun === true) return this.abort(refusal)
    this.#exchange = undefined
    exchange?.drop(refusal)
    const text = exchange?.head.method === "HEAD" ? "" : refusal.message
    this.transport.say(plainAnswer(refusal.status, refusal.message) + text)
    void this.#close(true)
  }

  /** If the client may still be sending, a reset could take the answer from it: `lingers`. */
  async #close(lingers = false): Promise<void> {
    if (this.#state === "closing" || this.#state === "closed") return
    this.#state = "closing"
    const linger = lingers ? this.#context.limits.lingerTimeout : 0
    await this.transport.close(this.#context.closeTimeout, linger)
    this.#closed()
  }

  #lost(error: ZerowireError): void {
    this.#input?.body.fail(error)
    this.#exchange?.drop(error)
    if (this.#state !== "closing") this.abort(error)
  }

  #closed(): void {
    if (this.#state === "closed") return
    this.#state = "closed"
    this.#heads.drop()
    this.#input?.drop()
    this.#onClosed(this)
  }
}

/** Rounds of receiving before other connections get a turn. */
const mostTurns = 16
