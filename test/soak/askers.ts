import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import { Random } from "../../src/testing/world/random.ts"
import { fill, firstWrong } from "./content.ts"
import type { Asked } from "./messages.ts"

/** Where the server is, and how many connections ask it. */
interface Server {
  readonly host: string
  readonly port: number
  readonly askers: number
  readonly seed: number
}

/**
 * Peers that ask a server of `answer`, one question at a time, wait for the whole answer, and pause. Now and
 * then one of them ends or resets its connection, and begins another one.
 */
export class Askers {
  readonly #server: Server
  readonly #running: Promise<unknown>
  readonly #complaints: string[] = []
  #stopped = false
  #answers = 0
  #connections = 0
  #slowest = 0

  constructor(server: Server) {
    this.#server = server
    this.#running = Promise.all(Array.from({ length: server.askers }, (_, i) => this.#lane(i)))
  }

  /** Resolves when the questions under way are answered and all connections are closed. */
  async stop(): Promise<Asked> {
    this.#stopped = true
    await this.#running
    return {
      type: "asked",
      answers: this.#answers,
      connections: this.#connections,
      slowest: this.#slowest,
      complaints: this.#complaints,
    }
  }

  async #lane(lane: number): Promise<void> {
    const random = new Random(this.#server.seed + lane)
    // Not all in the same moment.
    await sleep(random.upTo(pauseMillis))
    while (!this.#stopped) {
      try {
        await this.#connection(lane, random)
      } catch (failure) {
        this.#complaints.push(`asker ${lane}: ${failure}`)
        await sleep(pauseMillis)
      }
    }
  }

  async #connection(lane: number, random: Random): Promise<void> {
    const { host, port } = this.#server
    const socket = connect({ host, port, noDelay: true })
    // `once` and the reader hear of it.
    socket.on("error", () => {})
    try {
      await once(socket, "connect", { signal: AbortSignal.timeout(patienceMillis) })
      this.#connections++
      const answers = new Answers(socket)
      do {
        await this.#ask(lane, random, socket, answers)
        await sleep(random.upTo(pauseMillis))
      } while (!this.#stopped && !random.chance(0.05))
      if (random.chance(0.5)) await answers.end()
    } finally {
      socket.resetAndDestroy()
    }
  }

  async #ask(lane: number, random: Random, socket: Socket, answers: Answers): Promise<void> {
    const question = new Uint8Array(random.upTo(random.chance(0.05) ? 200_000 : 2000))
    const at = this.#answers
    fill(lane, at, question)
    const begun = performance.now()
    socket.write(question)
    const wrong = firstWrong(lane, at, await answers.take(question.byteLength))
    this.#slowest = Math.max(this.#slowest, Math.round(performance.now() - begun))
    if (wrong >= 0) throw new Error(`byte ${wrong} of an answer of ${question.byteLength} is wrong`)
    this.#answers++
  }
}

/** What arrives at a socket. */
class Answers {
  readonly #chunks: AsyncIterator<Uint8Array>
  readonly #socket: Socket

  constructor(socket: Socket) {
    this.#socket = socket
    this.#chunks = socket[Symbol.asyncIterator]()
  }

  /** The next bytes: exactly as many. */
  async take(length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length)
    for (let at = 0; at < length;) {
      const { value, done } = await this.#next(`after ${at} of ${length} bytes`)
      if (done) throw new Error(`the connection ended after ${at} of ${length} bytes`)
      if (at + value.byteLength > length) throw new Error("more came than was asked for")
      bytes.set(value, at)
      at += value.byteLength
    }
    return bytes
  }

  /** Sends a FIN, and waits for the server's. */
  async end(): Promise<void> {
    this.#socket.end()
    const { done } = await this.#next("after a FIN")
    if (!done) throw new Error("more came than was asked for")
  }

  async #next(when: string): Promise<IteratorResult<Uint8Array>> {
    const late = sleep(patienceMillis, undefined, { ref: false }).then(() => {
      throw new Error(`nothing came for ${patienceMillis} ms ${when}`)
    })
    late.catch(() => {})
    return await Promise.race([this.#chunks.next(), late])
  }
}

const pauseMillis = 1000
/** Longer than a connection is silent on which one packet after the other is lost. */
const patienceMillis = 60_000
