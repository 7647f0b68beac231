import * as Effect from "effect/Effect"
import { TimedOut, type TimeoutOption, ZerowireError } from "../../error/mod.ts"
import { Deadline } from "../../reactor/mod.ts"
import { progressOf, sentBytesOf } from "./acknowledged.ts"
import type { Connection } from "./connection.ts"
import { reset } from "./teardown.ts"

/** Milliseconds for each timeout that is set. */
export type Timeouts = { readonly [name in TimeoutOption]?: number }

export const timeoutOptions: readonly TimeoutOption[] = [
  "idleTimeout",
  "readTimeout",
  "writeTimeout",
]

/**
 * Resets a connection on which one of these timeouts passes, until it is closed by somebody. While it is
 * closing, `closeTimeout` takes their place.
 */
export function watchTimeouts(connection: Connection, timeouts: Timeouts): void {
  const watch = new TimeoutWatch(connection, timeouts)
  connection.onClosed(() => watch.stop())
}

/**
 * Looks at a connection from time to time, whether anything has moved: a byte then costs nothing, however
 * it moves. A timeout passes when several looks in a row have found no change. The looks count, and not
 * the time between them: after this thread was blocked for a minute, the bytes of that minute are still
 * in the kernel, and the peer is not to blame.
 */
class TimeoutWatch {
  readonly #connection: Connection
  readonly #timeouts: Timeouts
  readonly #deadline: Deadline
  readonly #millis: number
  readonly #quiet: Record<TimeoutOption, number> = {
    idleTimeout: 0,
    readTimeout: 0,
    writeTimeout: 0,
  }
  #arrived = 0
  #accepted = 0
  #acknowledged = 0
  #reads = false
  #writes = false

  constructor(connection: Connection, timeouts: Timeouts) {
    this.#connection = connection
    this.#timeouts = timeouts
    this.#millis = Math.max(1, Math.min(...Object.values(timeouts)) / looks)
    this.#deadline = new Deadline(connection.stack.deadlines, () => this.#look())
    this.#deadline.start(this.#millis)
  }

  stop(): void {
    this.#deadline.stop()
  }

  #look(): void {
    const { failed, state } = this.#connection
    if (failed || state !== "open") return
    const arrived = this.#sawArrivals()
    const taken = this.#sawPeerTake()
    const reads = this.#reads
    const writes = this.#writes
    this.#reads = this.#connection.receiver.waiting
    this.#writes = this.#peerHasToTake
    this.#count("idleTimeout", !arrived && !taken)
    // What has begun since the last look may have begun just now.
    this.#count("readTimeout", !arrived && reads && this.#reads)
    this.#count("writeTimeout", !taken && writes && this.#writes)
    const passed = timeoutOptions.find((name) =>
      this.#quiet[name] >= (this.#timeouts[name] ?? Infinity)
    )
    if (passed === undefined) this.#deadline.start(this.#millis)
    else this.#expire(passed)
  }

  #count(name: TimeoutOption, quiet: boolean): void {
    this.#quiet[name] = quiet ? this.#quiet[name] + this.#millis : 0
  }

  #sawArrivals(): boolean {
    const before = this.#arrived
    this.#arrived = this.#connection.receiver.arrivedBytes
    return this.#arrived !== before
  }

  /**
   * A courier reports what the kernel has accepted only when it returns; what the peer acknowledges is
   * seen meanwhile. An idle connection makes no system call here.
   */
  #sawPeerTake(): boolean {
    const connection = this.#connection
    const { acceptedBytes } = connection.queue
    const accepted = acceptedBytes !== this.#accepted
    this.#accepted = acceptedBytes
    if (this.#unsent === 0 && this.#acknowledged >= sentBytesOf(connection)) return accepted
    const before = this.#acknowledged
    this.#acknowledged = connection.acknowledgedBytes
    return accepted || this.#acknowledged !== before
  }

  /**
   * A socket without room is full of bytes that are not acknowledged. If there are none, what is queued
   * waits for something else, such as a disk. What a courier's call has sent is not known meanwhile, and a
   * Unix domain socket has no acknowledgements.
   */
  get #peerHasToTake(): boolean {
    const { queue, unix } = this.#connection
    const sentBytes = sentBytesOf(this.#connection)
    return this.#acknowledged < sentBytes || ((queue.away || unix) && this.#unsent > 0)
  }

  get #unsent(): number {
    return this.#connection.queue.queuedBytes + this.#connection.packer.gatheredBytes
  }

  #expire(name: TimeoutOption): void {
    const connection = this.#connection
    const reason = new TimedOut(name, this.#timeouts[name] ?? 0, progressOf(connection))
    connection.failWith(new ZerowireError(reason))
    Effect.runForkWith(connection.stack.services)(reset(connection))
  }
}

/** How many looks must find no change. One that comes a little later may find the change before it. */
const looks = 10
