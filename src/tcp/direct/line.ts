import type { Connection } from "../connection/connection.ts"
import { checkChunk } from "../send/ownership.ts"

/**
 * Takes what a program writes to a socket with handlers while other calls come first, or the peer takes
 * nothing.
 */
export class Line {
  readonly #connection: Connection
  readonly #drain: () => void
  /** Bytes that wait behind another call, such as a file. */
  #waitingBytes = 0
  #wantsDrain = false

  /** `drain` is called when there is room again, after a write that found too little. */
  constructor(connection: Connection, drain: () => void) {
    this.#connection = connection
    this.#drain = drain
  }

  /** Returns how many bytes were taken, while other calls come first. */
  write(bytes: Uint8Array): number {
    return this.#wait(bytes, mostWaitingBytes)
  }

  /** There was less room than somebody wanted to write. */
  wantRoom(): void {
    const { packer, queue } = this.#connection
    if (queue.failed) return
    this.#wantsDrain = true
    queue.whenAccepted(packer.roomAt, this.#tellDrain)
  }

  /** Takes all of them. */
  writeAll(bytes: Uint8Array): void {
    const connection = this.#connection
    if (connection.mayQueue) connection.packer.take(bytes, false)
    else this.#wait(bytes, Infinity)
  }

  /** Nothing more will be written, so nobody waits for room. */
  end(): void {
    this.#wantsDrain = false
  }

  /** Puts a copy in line behind the calls that wait for their turn. */
  #wait(bytes: Uint8Array, most: number): number {
    const { calls, packer } = this.#connection
    calls.check("write")
    const chunk = checkChunk(bytes)
    const length = Math.min(chunk.byteLength, Math.max(0, most - this.#waitingBytes))
    if (length < chunk.byteLength) this.#wantsDrain = true
    if (length === 0) return 0
    const copy = new Uint8Array(chunk.subarray(0, length))
    this.#waitingBytes += length
    const left = () => {
      this.#waitingBytes -= length
      if (this.#waitingBytes === 0 && this.#wantsDrain) this.#drainSoon()
    }
    calls.order.enter({
      begin(place) {
        // Whatever else fails fails the queue, which tells its own listeners.
        if (!packer.failed) packer.take(copy, false)
        left()
        place.leave()
      },
      fail: left,
    })
    return length
  }

  #drainSoon(): void {
    this.#connection.stack.reactor.turnEnd.run(this.#tellDrain)
  }

  readonly #tellDrain = (): void => {
    if (!this.#wantsDrain || this.#connection.failed) return
    this.#wantsDrain = false
    this.#drain()
  }
}

/** As much as a socket's own queue holds at least. */
const mostWaitingBytes = 256 * 1024
