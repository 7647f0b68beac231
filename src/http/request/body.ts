/** What the body of a request needs from its connection. */
export interface BodyHost {
  /** There is room for more of the body. */
  resume(): void
  /** Somebody wants the body. A client that waits for "100 Continue" is told to send it. */
  wanted(): void
}

/**
 * The body of a request, as it arrives. Somebody reads it as a stream or as a whole; what nobody reads is
 * thrown away.
 */
export class IncomingBody {
  readonly #host: BodyHost
  #chunks: Uint8Array<ArrayBuffer>[] = []
  #queuedBytes = 0
  #ended = false
  #skipped = false
  #used = false
  #cancelled = false
  #failure: Error | undefined
  #wake: (() => void) | undefined
  #stream: ReadableStream<Uint8Array<ArrayBuffer>> | undefined
  #arrived = false
  #given: readonly Trailer[] = []
  #trailers: PromiseWithResolvers<Headers> | undefined

  constructor(host: BodyHost) {
    this.#host = host
  }

  /** Whether all of it has arrived. */
  get ended(): boolean {
    return this.#ended
  }

  /** Whether any of it has arrived. */
  get arrived(): boolean {
    return this.#arrived
  }

  /**
   * Resolves with the fields behind the body once all of it has arrived. Rejects if that never happens, or
   * nobody has read it by the time of the response.
   */
  get trailers(): Promise<Headers> {
    if (this.#trailers === undefined) {
      this.#trailers = Promise.withResolvers()
      // Nobody has to wait for them.
      this.#trailers.promise.catch(() => {})
      if (this.#ended) this.#trailers.resolve(headersOf(this.#given))
      else if (this.#failure !== undefined) this.#trailers.reject(this.#failure)
    }
    return this.#trailers.promise
  }

  /** Whether so much waits to be read that no more should be received. */
  get full(): boolean {
    return this.#queuedBytes >= mostQueued
  }

  /** Whether nobody has begun to read it. */
  get untouched(): boolean {
    return !this.#used && this.#stream === undefined
  }

  /** Whether somebody waits for more of it. */
  get awaited(): boolean {
    return this.#wake !== undefined
  }

  /** Whether it was read, at least in part. */
  get used(): boolean {
    return this.#used
  }

  /** These bytes have arrived; nobody else has them. */
  push(bytes: Uint8Array<ArrayBuffer>): void {
    this.#arrived = true
    if (this.#skipped || this.#failure !== undefined) return
    this.#chunks.push(bytes)
    this.#queuedBytes += bytes.byteLength
    this.#awake()
  }

  /** All of it has arrived, and these fields behind it. */
  end(trailers: readonly Trailer[] = []): void {
    this.#ended = true
    this.#given = trailers
    this.#trailers?.resolve(headersOf(trailers))
    this.#awake()
  }

  /** No more will arrive. */
  fail(failure: Error): void {
    if (this.#ended && !this.#skipped) return
    this.#failure ??= failure
    this.#trailers?.reject(this.#failure)
    this.#awake()
  }

  /** Nobody will read the rest. */
  skip(): void {
    const wasFull = this.full
    this.#skipped = true
    this.#chunks = []
    this.#queuedBytes = 0
    // The rest waits in the kernel, which has told of it already.
    if (wasFull) this.#host.resume()
  }

  /** Takes the rest from whoever may be reading it. */
  cut(): void {
    if (this.#ended && this.#chunks.length === 0 || this.#skipped) return
    this.skip()
    this.fail(new Error("Cannot read more of the request's body: its response was sent"))
  }

  /** It as a byte stream. Nothing is received ahead of its reader beyond a few packets. */
  get stream(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#stream ??= new ReadableStream({
      type: "bytes",
      pull: (controller) => this.#pull(controller),
      cancel: () => {
        this.#cancelled = true
        this.skip()
        this.#awake()
      },
    }, { highWaterMark: 0 })
  }

  /** All of it, for a reader that wants no stream. */
  async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    this.#used = true
    const parts: Uint8Array<ArrayBuffer>[] = []
    for (;;) {
      const part = await this.#next()
      if (part === undefined) break
      parts.push(part)
    }
    return parts.length === 1 ? parts[0] : joined(parts)
  }

  async #pull(controller: ReadableByteStreamController): Promise<void> {
    this.#used = true
    const chunk = await this.#next()
    // A cancelled stream takes nothing, and is closed already.
    if (this.#cancelled) return
    if (chunk !== undefined) return controller.enqueue(chunk)
    controller.close()
    controller.byobRequest?.respond(0)
  }

  /** The next bytes; undefined at the end. */
  async #next(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    for (;;) {
      const chunk = this.#chunks.shift()
      if (chunk !== undefined) {
        const wasFull = this.full
        this.#queuedBytes -= chunk.byteLength
        if (wasFull && !this.full) this.#host.resume()
        return chunk
      }
      if (this.#cancelled) return undefined
      if (this.#failure !== undefined) throw this.#failure
      if (this.#ended) return undefined
      this.#host.wanted()
      await new Promise<void>((resolve) => this.#wake = resolve)
    }
  }

  #awake(): void {
    const wake = this.#wake
    this.#wake = undefined
    wake?.()
  }
}

type Trailer = readonly [name: string, value: string]

function headersOf(trailers: readonly Trailer[]): Headers {
  const headers = new Headers()
  for (const [name, value] of trailers) headers.append(name, value)
  return headers
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.byteLength
  }
  return all
}

/** Bytes that wait for their reader, beyond which the kernel keeps them, and then the client. */
const mostQueued = 256 * 1024
