import {
  beginNow,
  type Begun,
  type Connection,
  type MovedBytes,
  type MovedPart,
  type Moves,
  movesOf,
  takeNow,
} from "../tcp/mod.ts"

/** Streams of ours, of files and of sockets, on a connection of the HTTP server: the kernel moves their bytes. */
export class Moving {
  readonly #connection: Connection

  constructor(connection: Connection) {
    this.#connection = connection
  }

  /**
   * All that is left in a stream of ours, if it is at most `most` bytes (`wanted`, if that is given) and is at
   * hand.
   */
  takeNow(
    stream: ReadableStream<Uint8Array>,
    most: number,
    wanted: number | undefined,
  ): Uint8Array<ArrayBuffer> | undefined {
    return takeNow(stream, most, wanted)
  }

  /** What can be moved of a stream of ours at once (`wanted` bytes, if that is given). */
  beginNow(stream: ReadableStream<Uint8Array>, wanted: number | undefined): Begun | undefined {
    return beginNow(stream as ReadableStream<Uint8Array<ArrayBuffer>>, this.#connection, wanted)
  }

  /** What can be moved of a stream; undefined if it is not one of ours. */
  movesOf(stream: ReadableStream<Uint8Array>): Moves | undefined {
    return movesOf(stream as ReadableStream<Uint8Array<ArrayBuffer>>, this.#connection)
  }

  /** Begins to move bytes. Returns whether all were accepted at once; otherwise `move` waits for the rest. */
  start(bytes: MovedBytes): boolean {
    return bytes.start?.(this.#connection) ?? false
  }

  /**
   * Has the kernel move bytes, after everything that was written. Resolves when it has accepted them, with
   * their number. Of bytes without a known end, up to `most` are moved, perhaps as chunks.
   */
  async move(bytes: MovedBytes, most: number, chunked: boolean): Promise<number> {
    const framed = bytes.openEnded && (chunked || most < Infinity)
    await bytes.moveTo(this.#connection, framed ? this.#part(most, chunked) : undefined)
    return bytes.movedBytes
  }

  #part(most: number, chunked: boolean): MovedPart {
    const { packer, queue } = this.#connection
    // A connection that is lost in between says so to whoever waits for the move.
    const say = (text: string) => {
      if (queue.failure === undefined) packer.writeLatin1(text)
    }
    return {
      most,
      before: (n) => {
        if (chunked) say(`${n.toString(16)}\r\n`)
        packer.flushBeforeFile()
      },
      after: () => {
        if (chunked) say("\r\n")
      },
    }
  }
}
