import type { Connection } from "../connection/connection.ts"
import type { MovedBytes } from "./moved_bytes.ts"
import { connectionOf } from "./writable.ts"

/** The source of a stream whose bytes the kernel can move. */
export interface Movable {
  /** Whether there may be more: it has not ended, failed or been cancelled. */
  readonly open: boolean
  /** Resolves when no read is under way that a reader has left behind. */
  readonly settled: Promise<void>
  /** Bytes that were read and that wait in the stream. */
  readonly queuedBytes: number
  /** Bytes that are left, including those that wait in the stream, if that is known once it is prepared. */
  readonly bytesLeft?: number | undefined
  /** Takes back bytes that it has delivered last. */
  putBack?(bytes: Uint8Array): void
  /**
   * Prepares to move bytes to `connection`. Returns nothing if the kernel cannot.
   *
   * @throws {unknown} what the source fails with; the stream has failed with it, too.
   */
  prepare(connection: Connection): Promise<Move | undefined>
  /** As `prepare`, where nothing has to wait for that, and nothing waits in the stream. */
  prepareNow?(connection: Connection): Move | undefined
  /**
   * All that is left, if it is at most `most` bytes (`wanted`, if that is given) and nothing has to wait for
   * them. They are taken past the stream.
   */
  takeNow?(most: number, wanted: number | undefined): Uint8Array<ArrayBuffer> | undefined
}

/** Has the kernel move the bytes of a stream. */
export interface Move {
  /**
   * The next bytes, of those that are known already at most so many; undefined at the end, and then the
   * stream is closed.
   *
   * @throws {unknown} what the source fails with; the stream has failed with it, too.
   */
  next(most?: number): Promise<MovedBytes | Uint8Array | undefined>
  /** As `next`, when nothing is being moved, for a source that was prepared at once. */
  nextNow?(): MovedBytes | undefined
  /** Moves no more of the bytes that `next` has returned, or will return. */
  stop(): void
  /** Called when the pipe has ended. The stream's owner may read it as soon as this is done. */
  end(): void | Promise<void>
}

/**
 * Gives `stream` a `pipeTo` that has the kernel move the bytes if they go to a Zerowire socket.
 *
 * The standard's `pipeTo` still does the work, with a stream that delivers those bytes as chunks to the
 * sink, which recognises them. Locks, `preventClose`, `preventAbort`, `preventCancel`, `signal`, and
 * errors in both directions therefore follow the standard, and nothing of it is reimplemented here.
 */
export function withShortPipe(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  source: Movable,
): void {
  const value = function pipeTo(
    this: unknown,
    destination: WritableStream<Uint8Array<ArrayBuffer>>,
    options?: StreamPipeOptions,
  ): Promise<void> {
    const connection = connectionOf(destination)
    const free = this === stream && !stream.locked && source.open
    if (connection === undefined || destination.locked || !free || !isDictionary(options)) {
      return standard.call(this as typeof stream, destination, options)
    }
    return pipe(stream, source, destination, connection, options)
  }
  Object.defineProperty(stream, "pipeTo", { value, configurable: true, writable: true })
  sources.set(stream, source)
}

const sources = new WeakMap<object, Movable>()

/**
 * The rest of a stream of ours, for a caller that writes its bytes to `connection` itself. The stream is
 * locked until `end`. Undefined for other streams, and for those that have ended.
 */
export function movesOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  connection: Connection,
): Moves | undefined {
  const source = sources.get(stream)
  if (source === undefined || stream.locked || !source.open) return undefined
  return new Moving(readerOf(stream), source, connection)
}

function readerOf(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Reader {
  const reader: Reader = getReader.call(stream) as Reader
  // Whoever asks for the next bytes gets the same error.
  reader.closed.catch(() => {})
  return reader
}

/**
 * All that is left in a stream of ours, if it is at most `most` bytes (`wanted`, if that is given) and nothing
 * has to wait for them. The stream then counts as read to its end.
 */
export function takeNow(
  stream: ReadableStream<Uint8Array>,
  most: number,
  wanted: number | undefined,
): Uint8Array<ArrayBuffer> | undefined {
  const source = sources.get(stream)
  if (source?.takeNow === undefined || stream.locked) return undefined
  const bytes = source.takeNow(most, wanted)
  // The only call that marks a stream as used and waits for nothing.
  if (bytes !== undefined) cancel.call(stream).catch(() => {})
  return bytes
}

/**
 * All that is left in a stream of ours (`wanted` bytes, if that is given), for the kernel to move, if nothing
 * has to wait for that. Nothing else may use the stream until `end` or `rest` is called, in the same turn.
 */
export function beginNow(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  connection: Connection,
  wanted: number | undefined,
): Begun | undefined {
  const source = sources.get(stream)
  if (source?.prepareNow === undefined || stream.locked) return undefined
  const move = source.prepareNow(connection)
  if (move === undefined || source.bytesLeft !== (wanted ?? source.bytesLeft)) return undefined
  const bytes = move.nextNow?.()
  return bytes && {
    bytes,
    end: () => void cancel.call(stream).catch(() => {}),
    rest: () => new Moving(readerOf(stream), source, connection, move),
  }
}

/** A stream whose bytes can be moved at once. */
export interface Begun {
  readonly bytes: MovedBytes
  /** They were accepted, or will not be sent: the stream counts as read, and is closed. */
  end(): void
  /** Locks the stream, for a caller that waits until they were moved. */
  rest(): Moves
}

/** The rest of a stream, some of which the kernel moves. */
export interface Moves {
  /**
   * Opens the source. Returns how many bytes are left, if that can be known.
   *
   * @throws {unknown} what the source fails with.
   */
  open(): Promise<number | undefined>
  /**
   * The next bytes, of a source without a known end at most so many; undefined at the end.
   *
   * @throws {unknown} what the source fails with.
   */
  next(most?: number): Promise<Uint8Array | MovedBytes | undefined>
  cancel(reason: unknown): Promise<void>
  /** Unlocks the stream. */
  end(): Promise<void>
}

const { pipeTo: standard, getReader, cancel } = ReadableStream.prototype

async function pipe(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  source: Movable,
  destination: WritableStream<Uint8Array<ArrayBuffer>>,
  connection: Connection,
  given: StreamPipeOptions = {},
): Promise<void> {
  // Web IDL reads each member once, in this order.
  const { preventAbort, preventCancel, preventClose, signal } = given ?? {}
  const moving = new Moving(readerOf(stream), source, connection)
  const stop = () => moving.stop()
  // Before the pipe's own listener, which otherwise waits until the whole file was sent.
  if (isSignal(signal)) signal.addEventListener("abort", stop)
  try {
    const moved = new ReadableStream<never>(moving, { highWaterMark: 0 })
    const options = {
      preventAbort: Boolean(preventAbort),
      preventCancel: Boolean(preventCancel),
      preventClose: Boolean(preventClose),
      ...(signal !== undefined && { signal }),
    }
    await standard.call(moved, destination as WritableStream<unknown>, options)
  } finally {
    if (isSignal(signal)) signal.removeEventListener("abort", stop)
    await moving.end()
  }
}

/** The rest of a stream as a source of chunks: first what waits in it, then what the kernel moves. */
class Moving implements UnderlyingDefaultSource<unknown>, Moves {
  readonly #reader: Reader
  readonly #source: Movable
  readonly #connection: Connection
  #move: Move | undefined
  #prepared = false
  #stopped = false
  #ended = false

  /** `move` is there if the source is prepared. */
  constructor(reader: Reader, source: Movable, connection: Connection, move?: Move) {
    this.#reader = reader
    this.#source = source
    this.#connection = connection
    this.#move = move
    this.#prepared = move !== undefined
  }

  async open(): Promise<number | undefined> {
    await this.#source.settled
    await this.#prepare()
    return this.#source.bytesLeft
  }

  async pull(controller: ReadableStreamDefaultController<unknown>): Promise<void> {
    const chunk = await this.next()
    // If the pipe has ended meanwhile, it has cancelled this stream, and both calls throw.
    if (chunk === undefined) tryTo(() => controller.close())
    else tryTo(() => controller.enqueue(chunk))
  }

  cancel(reason: unknown): Promise<void> {
    return this.#reader.cancel(reason)
  }

  stop(): void {
    this.#stopped = true
    this.#move?.stop()
  }

  async end(): Promise<void> {
    this.#ended = true
    await this.#move?.end()
    this.#reader.releaseLock()
  }

  async next(most = Infinity): Promise<Uint8Array | MovedBytes | undefined> {
    await this.#source.settled
    if (this.#source.queuedBytes > 0) return await this.#read(most)
    await this.#prepare()
    const next = this.#move === undefined ? await this.#read(most) : await this.#move.next(most)
    // Reading the end as well marks the stream as used (disturbed).
    return next ?? (this.#move === undefined ? undefined : await this.#read(most))
  }

  async #prepare(): Promise<void> {
    if (this.#prepared) return
    this.#prepared = true
    this.#move = await this.#source.prepare(this.#connection)
    if (this.#stopped) this.#move?.stop()
    if (this.#ended) await this.#move?.end()
  }

  async #read(most: number): Promise<Uint8Array | undefined> {
    const { value } = await this.#reader.read()
    if (value === undefined || value.byteLength <= most) return value
    this.#source.putBack?.(value.subarray(most))
    return this.#source.putBack === undefined ? value : value.subarray(0, most)
  }
}

function tryTo(action: () => void): void {
  try {
    action()
  } catch {
    // The stream was cancelled.
  }
}

type Reader = ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>

/** Whether it can have members. The standard's `pipeTo` refuses anything else. */
const isDictionary = (options: unknown): boolean =>
  options === undefined || options === null || typeof options === "object" ||
  typeof options === "function"

const isSignal = (signal: unknown): signal is AbortSignal => signal instanceof AbortSignal
