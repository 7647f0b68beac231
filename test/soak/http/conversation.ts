import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"

/** The head of an answer. */
export interface Answer {
  readonly status: number
  readonly headers: ReadonlyMap<string, string>
}

/** One connection of a client that reads no faster than it is told to. */
export class Conversation {
  readonly #socket: Socket
  readonly #chunks: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array(0)

  private constructor(socket: Socket) {
    this.#socket = socket
    this.#chunks = socket[Symbol.asyncIterator]()
  }

  static async begin(host: string, port: number): Promise<Conversation> {
    const socket = connect({ host, port, noDelay: true, allowHalfOpen: true })
    // The reader hears of it.
    socket.on("error", () => {})
    await once(socket, "connect", { signal: AbortSignal.timeout(patienceMillis) })
    return new Conversation(socket)
  }

  /** Resolves when there is room for more. */
  async send(bytes: string | Uint8Array): Promise<void> {
    if (this.#socket.destroyed) throw new Error("the connection has ended before all was sent")
    if (this.#socket.write(bytes)) return
    await Promise.race([once(this.#socket, "drain"), once(this.#socket, "close")])
  }

  /** Sends a FIN. */
  half(): void {
    this.#socket.end()
  }

  /** Goes away, by a reset or by closing. */
  leave(by: "reset" | "close"): void {
    if (by === "reset") this.#socket.resetAndDestroy()
    else this.#socket.destroy()
  }

  /** The head of the next answer. */
  async head(): Promise<Answer> {
    const [first, ...lines] = (await this.#until("\r\n\r\n")).split("\r\n")
    const [, status] = /^HTTP\/1\.1 ([0-9]{3}) /.exec(first) ?? []
    if (status === undefined) throw new Error(`an answer begins with ${JSON.stringify(first)}`)
    const headers = new Map(lines.map((line) => {
      const at = line.indexOf(":")
      return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()] as const
    }))
    return { status: Number(status), headers }
  }

  /** The body that belongs to a head. */
  async *body({ headers }: Answer): AsyncGenerator<Uint8Array> {
    if (headers.get("transfer-encoding") !== "chunked") {
      yield* this.#take(Number(headers.get("content-length")))
      return
    }
    for (;;) {
      const size = Number.parseInt(await this.#until("\r\n"), 16)
      if (!(size >= 0)) throw new Error("a chunk has no size")
      yield* this.#take(size)
      if (await this.#until("\r\n") !== "") throw new Error("a chunk does not end with a new line")
      if (size === 0) return
    }
  }

  /** Waits for the server's FIN. */
  async end(): Promise<void> {
    if (this.#rest.byteLength > 0 || !(await this.#next()).done) {
      throw new Error("something came behind the last answer")
    }
  }

  /** Exactly so many bytes, as they come. */
  async *#take(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0;) {
      if (this.#rest.byteLength === 0) await this.#more(`${left} of ${length} bytes are missing`)
      const part = this.#rest.subarray(0, left)
      this.#rest = this.#rest.subarray(part.byteLength)
      left -= part.byteLength
      yield part
    }
  }

  /** The text before `end`. */
  async #until(end: string): Promise<string> {
    for (;;) {
      const at = Buffer.from(this.#rest.buffer, this.#rest.byteOffset, this.#rest.byteLength)
        .indexOf(end)
      if (at >= 0) {
        const text = Buffer.from(this.#rest.subarray(0, at)).toString("latin1")
        this.#rest = this.#rest.subarray(at + end.length)
        return text
      }
      await this.#more("an answer is missing")
    }
  }

  async #more(missing: string): Promise<void> {
    const { done, value } = await this.#next(missing)
    if (done) throw new Error(`the connection has ended, and ${missing}`)
    this.#rest = this.#rest.byteLength === 0 ? value : Buffer.concat([this.#rest, value])
  }

  async #next(missing = "no FIN has come"): Promise<IteratorResult<Uint8Array>> {
    const patience = new AbortController()
    const late = sleep(patienceMillis, undefined, { ref: false, signal: patience.signal }).then(
      () => {
        throw new Error(`nothing came for ${patienceMillis} ms, and ${missing}`)
      },
    )
    late.catch(() => {})
    try {
      return await Promise.race([this.#chunks.next(), late])
    } finally {
      patience.abort()
    }
  }
}

/** Longer than a connection is silent on which one packet after the other is lost. */
const patienceMillis = 60_000
