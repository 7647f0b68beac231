import { Refusal } from "../parser/refusal.ts"
import type { Transport } from "../transport.ts"
import type { BodyInput } from "./body_input.ts"
import type { Context } from "./context.ts"
import { Ended } from "./ended.ts"
import { Pace } from "./pace.ts"
import { SendWatch } from "./send_watch.ts"

/** What is done about a client that is late: an end, an answer, or a reset. */
export type Late = "close" | Refusal | Ended

/** The deadlines of one connection, on the server's clock. */
export class Times {
  readonly #context: Context
  readonly #sending: SendWatch
  readonly #body: Pace
  /** When the present state ends. */
  #deadline: number
  /** When all of the present request must have arrived. */
  #request = Infinity
  /** When all of the present response must be written. */
  #response = Infinity

  /** A connection was opened. */
  constructor(context: Context, transport: Transport) {
    const { limits } = context
    this.#context = context
    this.#sending = new SendWatch(transport, limits)
    this.#body = new Pace(limits.bodyRate, limits.rateWindow)
    this.#deadline = context.now() + limits.headTimeout
  }

  /** The first byte of a head has come. */
  headBegins(): void {
    const { limits } = this.#context
    const now = this.#context.now()
    this.#deadline = now + limits.headTimeout
    this.#request = now + limits.requestTimeout
  }

  /** The head has come, and perhaps a body follows. */
  headEnds(bodyFollows: boolean): void {
    this.#deadline = Infinity
    if (!bodyFollows) this.requestEnds()
    this.#response = this.#context.now() + this.#context.limits.responseTimeout
  }

  /** Some of the body has come, or somebody begins to wait for it. */
  bodyMoves(): void {
    this.#deadline = this.#context.now() + this.#context.limits.bodyTimeout
  }

  /** All of the request has come. */
  requestEnds(): void {
    this.#request = Infinity
  }

  /** The response is written. */
  responseEnds(): void {
    this.#response = Infinity
  }

  /** The server is ending, and the first request may still be on its way. */
  hurry(): void {
    this.#deadline = Math.min(this.#deadline, this.#context.now() + firstMillis)
  }

  /** Nothing is under way. */
  idle(): void {
    this.#deadline = this.#context.now() + this.#context.limits.idleTimeout
  }

  /**
   * What is late by now. Asked about once a second. A body without a handler is skipped; it is nobody's
   * but the client's.
   */
  late(
    now: number,
    state: "idle" | "head" | "answering",
    input: BodyInput | undefined,
    answered: boolean,
  ): Late | undefined {
    if (this.#sending.stalled(now)) {
      return new Ended("timeout", "The client takes its response too slowly")
    }
    if (state === "idle") return now < this.#deadline ? undefined : "close"
    const late = now >= this.#request
    if (state === "head") {
      if (now < this.#deadline && !late) return undefined
      return new Refusal(408, "The request took too long")
    }
    if (input !== undefined && answered) return now >= this.#deadline || late ? "close" : undefined
    if (input !== undefined) {
      const { awaited } = input.body
      const slow = this.#body.tooSlow(now, input.received, awaited)
      if (slow || late || awaited && now >= this.#deadline) {
        return new Refusal(408, "The body of the request took too long")
      }
    }
    if (now < this.#response) return undefined
    return new Refusal(503, "The response took too long")
  }
}

/** Milliseconds for the first request after the server has begun to end; the clock may be a second late. */
const firstMillis = 2000

/** Milliseconds that are too many for a timer: it would end at once. */
export const tooLong = 2 ** 31
