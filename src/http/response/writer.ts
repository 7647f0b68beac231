import type { Fields, Peek } from "../../kernel/mod.ts"
import type { Begun } from "../../tcp/mod.ts"
import type { Transport } from "../transport.ts"
import { bytesBehind } from "./cached_body.ts"
import type { Chunk, Chunks } from "./chunks.ts"
import { headOf } from "./head.ts"
import { typeOf } from "./content_type.ts"
import { isOwn } from "./own_response.ts"
import { sendBody } from "./send_body.ts"
import { type BodyFile, lengthOfFile, streamOfFile } from "./runtime_file.ts"
import { declaredTrailers, type MakeTrailers, trailerLines } from "./trailers.ts"

export { BrokenOff } from "./broken_off.ts"

/** How a response is to be written. */
export interface Asked {
  readonly method: string
  /** 0 or 1: HTTP/1.x. */
  readonly minor: 0 | 1
  /** Whether the connection may serve another request. */
  readonly keepAlive: boolean
  /**
   * Whether the client may wait for the handler to read its body. The response's first bytes may be made of
   * it, and after the head nobody can tell the client to send it.
   */
  readonly bodyFirst?: boolean
  /** Makes the trailers that the response declares. */
  readonly trailers?: MakeTrailers | undefined
  /** Is told when the head is about to be written. */
  readonly completion?: { begin(): void }
}

/** A response was written, and whether another may follow. */
export interface Written {
  readonly keepAlive: boolean
}

/**
 * Writes a response. Returns a promise only if there is something to wait for: a stream, or room.
 *
 * @throws {TypeError} if the response cannot be sent; nothing was written then.
 * @throws {ZerowireError} if the connection is lost.
 * @throws {BrokenOff} if the body has failed after the head was written: the connection must be reset.
 */
export function writeResponse(
  transport: Transport,
  response: Response,
  asked: Asked,
  peek: Peek,
): Written | Promise<Written> {
  const { status } = response
  if (status < 200 || status > 599) {
    const cure = status === 101 ? ". Call info.upgrade() to switch protocols" : ""
    throw new TypeError(
      `Cannot send a response with status ${status}: it must be from 200 to 599${cure}`,
    )
  }
  if (response.bodyUsed) {
    throw new TypeError("Cannot send a response whose body was read: send a clone() of it")
  }
  const writing = new Writing(transport, response, asked, peek)
  const bodyless = asked.method === "HEAD" || status === 204 || status === 304
  if (bodyless) return writing.head(peek)
  const fixed = peek.body(response)
  if (fixed !== undefined) return writing.fixed(fixed, peek.typed ? undefined : typeOf(fixed))
  const file = isOwn(response) ? undefined : peek.file(response)
  if (file !== undefined) return writing.file(file as BodyFile)
  const { body } = response
  if (body === null) return writing.fixed("")
  if (body.locked) {
    throw new TypeError("Cannot send a response whose body has a reader: send a clone() of it")
  }
  const cached = bytesBehind(body)
  return cached === undefined ? writing.stream(body) : writing.fixed(cached)
}

class Writing {
  readonly #transport: Transport
  readonly #response: Response
  readonly #asked: Asked
  readonly #fields: Fields
  #keepAlive: boolean

  constructor(transport: Transport, response: Response, asked: Asked, peek: Peek) {
    this.#transport = transport
    this.#response = response
    this.#asked = asked
    this.#fields = peek.fields(response)
    const connection = this.#field("connection")
    const closes = connection !== undefined && /\bclose\b/i.test(connection)
    this.#keepAlive = asked.keepAlive && !closes
  }

  /** The head alone: of a response to HEAD, and of one that never has a body. */
  head(peek: Peek): Written | Promise<Written> {
    const { status } = this.#response
    let length = status === 204 ? undefined : this.#givenLength
    let type: string | undefined
    if (status !== 204 && status !== 304) {
      const body = length === undefined ? peek.body(this.#response) : undefined
      if (body !== undefined) {
        length = typeof body === "string" ? utf8.encode(body).byteLength : body.byteLength
        if (!peek.typed) type = typeOf(body)
      } else {
        const file = isOwn(this.#response) ? undefined : peek.file(this.#response)
        if (file !== undefined) return this.#headOfFile(file as BodyFile)
        if (this.#response.body === null) length ??= 0
      }
    }
    this.#writeHead(length, type)
    this.#response.body?.cancel().catch(() => {})
    return this.#written
  }

  /** As the response to GET has it, and failing where that fails. */
  async #headOfFile(file: BodyFile): Promise<Written> {
    const length = await lengthOfFile(file)
    this.#writeHead(this.#givenLength ?? length)
    return this.#written
  }

  /** All of the body is there. `type` is its Content-Type unless the headers have one. */
  fixed(body: string | Uint8Array, type?: string): Written | Promise<Written> {
    if (typeof body === "string" && isShortAscii(body)) {
      this.#transport.writeLatin1(this.#headWith(body.length, type) + body)
      return this.#written
    }
    const bytes = typeof body === "string" ? utf8.encode(body) : body
    this.#writeHead(bytes.byteLength, type)
    if (bytes.byteLength === 0) return this.#written
    const inPlace = bytes.byteLength >= gathered
    // In Deno, `response.bytes()` would give away the same memory, to be changed while it is sent.
    if (inPlace && !this.#response.bodyUsed) this.#response.body?.cancel().catch(() => {})
    const pause = this.#transport.write(bytes, inPlace ? "borrow" : "copy")
    return pause === undefined ? this.#written : pause.then(() => this.#written)
  }

  async file(file: BodyFile): Promise<Written> {
    return await this.stream(await streamOfFile(file))
  }

  stream(body: ReadableStream<Uint8Array>): Written | Promise<Written> {
    const bytes = this.#transport.moving.takeNow(body, gathered - 1, this.#givenLength)
    if (bytes !== undefined) return this.fixed(bytes)
    const begun = this.#transport.moving.beginNow(body, this.#givenLength)
    if (begun !== undefined) return this.#sendNow(begun)
    const moves = this.#transport.moving.movesOf(body)
    if (moves !== undefined) return this.#sendMoves(moves)
    const reader = body.getReader()
    return this.#send(this.#givenLength, {
      next: async () => (await reader.read()).value,
      cancel: (reason) => reader.cancel(reason),
      end: () => reader.releaseLock(),
    })
  }

  /** A file that is at hand: what the socket takes at once leaves with the head. */
  #sendNow({ bytes, end, rest }: Begun): Written | Promise<Written> {
    try {
      this.#writeHead(bytes.byteLength)
      if (!this.#transport.moving.start(bytes)) {
        return this.#sendRest(bytes.byteLength, rest(), bytes, false)
      }
    } catch (failure) {
      end()
      throw failure
    }
    end()
    return this.#written
  }

  async #sendMoves(
    moves: NonNullable<ReturnType<Transport["moving"]["movesOf"]>>,
  ): Promise<Written> {
    const left = await moves.open()
    if (left !== undefined) return await this.#send(this.#givenLength ?? left, moves)
    // What a socket receives may go on behind this body, and that is for whoever reads it next.
    return await this.#send(this.#givenLength, {
      next: async (most) => most === 0 ? undefined : await moves.next(most),
      cancel: (reason) => moves.cancel(reason),
      end: () => moves.end(),
    })
  }

  async #send(length: number | undefined, source: Chunks): Promise<Written> {
    const chunked = length === undefined && this.#asked.minor === 1
    // Its end says how long it is.
    if (length === undefined && !chunked) this.#keepAlive = false
    let first: Chunk | undefined
    try {
      // A file's first bytes then go with the head.
      if (length !== undefined && length > 0 || this.#asked.bodyFirst === true) {
        first = await source.next(length)
      }
      this.#writeHead(chunked ? -1 : length)
    } catch (failure) {
      await source.cancel(failure).catch(() => {})
      await source.end()
      throw failure
    }
    return await this.#sendRest(length ?? Infinity, source, first, chunked)
  }

  async #sendRest(
    length: number,
    source: Chunks,
    first: Chunk | undefined,
    chunked: boolean,
  ): Promise<Written> {
    const lastLines = chunked ? () => this.#trailerLines() : undefined
    await sendBody(this.#transport, { length, source, first, lastLines })
    return this.#written
  }

  #trailerLines(): Promise<string> | "" {
    const { trailers } = this.#asked
    return trailers === undefined ? "" : trailerLines(this.#response.headers, trailers)
  }

  #writeHead(length: number | undefined, type?: string): void {
    this.#transport.writeLatin1(this.#headWith(length, type))
  }

  /** The head, which must be written at once. */
  #headWith(length: number | undefined, type?: string): string {
    const { status, statusText } = this.#response
    const { completion, minor, trailers } = this.#asked
    const follow = trailers !== undefined && length !== undefined && length < 0
    const head = headOf({
      status,
      statusText,
      headers: this.#fields,
      type,
      length,
      connection: this.#keepAlive ? minor === 0 ? "keep-alive" : undefined : "close",
      trailers: follow ? declaredTrailers(this.#response.headers) : undefined,
    })
    completion?.begin()
    return head
  }

  #field(name: string): string | undefined {
    for (const field of this.#fields) if (field[0] === name) return field[1]
    return undefined
  }

  get #givenLength(): number | undefined {
    const given = this.#field("content-length")
    return given !== undefined && /^[0-9]{1,15}$/.test(given) ? Number(given) : undefined
  }

  get #written(): Written {
    return this.#keepAlive ? another : none
  }
}

const another: Written = { keepAlive: true }
const none: Written = { keepAlive: false }

const utf8 = new TextEncoder()

/** Text that has as many bytes as characters. A longer one takes longer to look through than to encode. */
const isShortAscii = (text: string): boolean => text.length <= 256 && /^[\0-\x7f]*$/.test(text)

/** Smaller bodies are copied behind their head; larger ones stay where they are. */
const gathered = 16 * 1024
