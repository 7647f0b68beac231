import type { Head } from "../parser/head.ts"
import { HeadReader, type Spares } from "../parser/head_reader.ts"
import type { Llhttp } from "../parser/llhttp.ts"
import { Refusal } from "../parser/refusal.ts"
import type { Limits } from "../limits.ts"
import { IncomingBody } from "../request/body.ts"
import { plainAnswer } from "../response/head.ts"
import { Transport } from "../transport.ts"
import type { Socket } from "../../tcp/mod.ts"
import type { ZerowireError } from "../../error/mod.ts"
import { BodyInput } from "./body_input.ts"
import { Client } from "./client.ts"
import { Exchange } from "./exchange.ts"
import { LaterBytes } from "./later.ts"
import { SendWatch } from "./send_watch.ts"
import type { Context } from "./context.ts"

/**
 * One connection of a client. It answers one request after the other; what arrives of later ones waits, first
 * here and then in the kernel.
 */
export class HttpConnection {
  readonly transport: Transport
  readonly #context: Context
  readonly #llhttp: Llhttp
  readonly #limits: Limits
  readonly #heads: HeadReader
  readonly #client: Client
  #state: "idle" | "head" | "answering" | "closing" | "closed" = "idle"
  #exchange: Exchange | undefined
  /** The body that is arriving. */
  #input: BodyInput | undefined
  readonly #later = new LaterBytes()
  /** Whether input is being used: what is called meanwhile must not receive. */
  #reading = false
  #ended = false
  #requests = 0
  /** When the present state ends, on the server's clock. */
  #deadline = Infinity
  readonly #sending: SendWatch

  readonly #onClosed: (connection: HttpConnection) => void

  /** `closed` is called once. */
  constructor(
    socket: Socket,
    context: Context,
    spares: Spares,
    closed: (connection: HttpConnection) => void,
  ) {
    this.#onClosed = closed
    this.#context = context
    this.#llhttp = context.llhttp
    this.#limits = context.limits
    this.#heads = new HeadReader(context.llhttp, context.limits, spares)
    this.transport = new Transport(socket, {
      readable: () => this.#receive(),
      lost: (error) => this.#lost(error),
    })
    this.#client = new Client(context.trust, this.transport.remoteAddr)
    this.#sending = new SendWatch(this.transport, context.limits.sendTimeout)
    this.#deadline = context.now() + context.limits.headTimeout
    this.transport.begin()
  }

  /**
   * Closes it now if it is idle, and otherwise when its present request is answered. A client that has just
   * connected has a request on its way, which is answered if it comes soon.
   */
  finish(): void {
    if (this.#state !== "idle") return
    if (this.#requests === 0) {
      this.#deadline = Math.min(this.#deadline, this.#context.now() + firstMillis)
      return
    }
    // A request may have arrived that nobody has read yet.
    this.transport.lookAgain()
    this.#receive()
    if (this.#state === "idle") void this.#close()
  }

  /** Checks deadlines. */
  tick(now: number): void {
    if (this.#state === "closed") return
    if (this.#sending.stalled(now) && this.#state !== "closing") {
      return this.abort(new Error("The client has taken nothing of its response for too long"))
    }
    if (now < this.#deadline) return
    this.#deadline = Infinity
    // The rest of a body that is skipped has not come either.
    if (this.#state === "idle" || this.#exchange === undefined && this.#input !== undefined) {
      return void this.#close()
    }
    if (this.#state === "head") return this.#refuse(new Refusal(408, "The request took too long"))
    if (this.#input?.body.awaited === true) {
      this.abort(new Error("The body of the request took too long"))
    }
  }

  /** Resets the connection. */
  abort(cause: unknown): void {
    if (this.#state === "closed") return
    this.#state = "closing"
    this.transport.abort(cause).finally(() => this.#closed())
  }

  #receive(): void {
    if (inUse) return this.transport.wake()
    if (this.#state === "closing" || this.#state === "closed") return
    const { inputAt, inputBytes } = this.#llhttp
    this.#reading = inUse = true
    this.transport.cork()
    try {
      for (let turns = 0; turns < mostTurns; turns++) {
        if (!this.#takes) return
        if (
          this.#later.byteLength > 0 && (this.#input !== undefined || this.#state !== "answering")
        ) {
          const end = this.#llhttp.put(this.#later.first(replayedBytes))
          this.#later.drop(this.#use(inputAt, end) - inputAt)
          continue
        }
        if (this.#ended) return this.#peerEnded()
        // What has to wait must fit there again.
        const room = inputBytes - this.#later.byteLength
        const n = this.transport.receive(this.#llhttp.memory, inputAt, room)
        if (n < 0) return
        this.#ended = n === 0
        if (n <= 0) continue
        const at = this.#use(inputAt, inputAt + n)
        if (at < inputAt + n) this.#later.add(this.#llhttp.memory.slice(at, inputAt + n))
      }
      this.transport.wake()
    } catch (failure) {
      // A connection that is lost says so itself.
      if (this.transport.failure !== undefined) return
      // A mistake of ours: nobody knows what this connection has become.
      this.#context.report(failure)
      this.abort(failure)
    } finally {
      this.#reading = inUse = false
      this.transport.uncork()
    }
  }

  /** Whether there is a use for more input. */
  get #takes(): boolean {
    if (this.#state === "closing" || this.#state === "closed") return false
    if (this.#input !== undefined) return !this.#input.body.full
    return this.#state !== "answering" ||
      this.#later.byteLength < this.#llhttp.inputBytes && !this.#ended
  }

  /** Uses input from address `from` to `to`. Returns the address of the first byte that has to wait. */
  #use(from: number, to: number): number {
    let at = from
    try {
      while (at < to && at >= 0) {
        if (!this.#client.known) at = this.#client.use(this.#llhttp.memory, at, to)
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
      this.#deadline = this.#context.now() + this.#limits.headTimeout
    }
    const at = this.#heads.read(from, to)
    if (at < 0) return at
    this.#begin(this.#heads.head as Head)
    return at
  }

  #useForBody(input: BodyInput, from: number, to: number): number {
    const at = input.use(from, to)
    this.#deadline = this.#context.now() + this.#limits.bodyTimeout
    if (at >= 0) {
      this.#input = undefined
      if (this.#exchange === undefined) this.#next()
    } else if (input.skipped > this.#limits.unreadBytes) void this.#close()
    return at
  }

  #begin(given: Head): void {
    const told = this.#client.read(given, this.#context.fallback)
    const head = told?.head ?? given
    const remoteAddr = told?.remoteAddr ?? this.#client.address
    this.#state = "answering"
    this.#deadline = Infinity
    this.#requests++
    const body = head.length === 0 ? undefined : this.#bodyOf(head)
    const last = !head.keepAlive || this.#requests >= this.#limits.requests
    const exchange = new Exchange(this.#context, this, head, body, last, remoteAddr)
    this.#exchange = exchange
    exchange.begin()
  }

  #bodyOf(head: Head): IncomingBody {
    let toBeTold = head.expects
    const body = new IncomingBody({
      resume: () => this.transport.wake(),
      wanted: () => {
        this.#deadline = this.#context.now() + this.#limits.bodyTimeout
        if (!toBeTold || body.ended) return
        toBeTold = false
        this.#exchange?.tellToContinue()
      },
    })
    const parser = head.length < 0 ? this.#heads.takeParser() : undefined
    this.#input = new BodyInput(this.#llhttp, this.#limits, body, head.length, parser)
    return body
  }

  /** The response of the present request is written. */
  answered(exchange: Exchange, keepAlive: boolean): void {
    if (this.#exchange !== exchange) return
    this.#exchange = undefined
    if (this.#state !== "answering") return
    const input = this.#input
    input?.skip()
    if (!keepAlive || this.#context.closing() || (input?.left ?? 0) > this.#limits.unreadBytes) {
      return void this.#close()
    }
    if (input !== undefined) {
      this.#deadline = this.#context.now() + this.#limits.bodyTimeout
      this.#goOn()
    } else if (this.transport.full) {
      this.transport.untilAccepted().then(() => this.#next(), () => {})
    } else this.#next()
  }

  #next(): void {
    if (this.#state !== "answering") return
    this.#state = "idle"
    this.#deadline = this.#context.now() + this.#limits.idleTimeout
    this.#goOn()
  }

  /** Uses what has arrived already. */
  #goOn(): void {
    if (this.#reading || this.#later.byteLength === 0 && !this.#ended) return
    if (inUse) this.transport.wake()
    else this.#receive()
  }

  /** The client will send nothing more. It may still want its answer. */
  #peerEnded(): void {
    this.#input?.body.fail(new Error("The client has ended the request before its body"))
    if (this.#state === "answering" && this.#exchange !== undefined) {
      // Without all of the request, nobody waits for the answer either.
      if (this.#input !== undefined) this.abort(new Error("The request is incomplete"))
      return
    }
    void this.#close()
  }

  /** Answers a request that cannot be answered by the handler, and closes. */
  #refuse(refusal: Refusal): void {
    if (refusal.status === 0) return this.abort(refusal)
    this.#heads.drop()
    this.#input?.drop()
    this.#input?.body.fail(refusal)
    this.#input = undefined
    const exchange = this.#exchange
    // The handler's response may be under way, so another one cannot begin.
    if (exchange?.begun === true) return this.abort(refusal)
    this.#exchange = undefined
    exchange?.drop(refusal)
    try {
      this.transport.writeLatin1(plainAnswer(refusal.status, refusal.message) + refusal.message)
    } catch {
      // Lost meanwhile.
    }
    void this.#close()
  }

  async #close(): Promise<void> {
    if (this.#state === "closing" || this.#state === "closed") return
    this.#state = "closing"
    this.#deadline = Infinity
    await this.transport.close(this.#context.closeTimeout)
    this.#closed()
  }

  #lost(error: ZerowireError): void {
    this.#input?.body.fail(error)
    this.#exchange?.lost(error)
    if (this.#state === "closing" || this.#state === "closed") return
    this.#state = "closing"
    this.transport.abort(error).finally(() => this.#closed())
  }

  #closed(): void {
    if (this.#state === "closed") return
    this.#state = "closed"
    this.#heads.drop()
    this.#input?.drop()
    this.#onClosed(this)
  }
}

/** Whether the parser's input is in use: all connections share it. */
let inUse = false

/** Input is copied back to the parser in pieces that hold some requests. */
const replayedBytes = 4096

/** Milliseconds for the first request after the server has begun to end; the clock may be a second late. */
const firstMillis = 2000

/** Rounds of receiving before other connections get a turn. */
const mostTurns = 16
