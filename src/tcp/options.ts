import { atLeast, oneOf } from "../argument/mod.ts"
import type { ConnectionOptions } from "./connection/connection_options.ts"
import { timeoutOptions, type Timeouts } from "./connection/timeouts.ts"
import type { Ownership } from "./send/ownership.ts"
import { queueShare } from "./send/queue_share.ts"

/** Options for a new socket. */
export interface SocketOptions {
  /** Who owns the memory of a chunk once it is written. Default `"auto"`. */
  readonly ownership?: Ownership
  /**
   * `"auto"` sends zero-copy where that pays and learns from what the kernel reports, `"always"`
   * ignores the reports, `"never"` copies. Default `"auto"`.
   */
  readonly zerocopy?: "auto" | "always" | "never"
  /**
   * The fewest bytes that are sent zero-copy. Smaller chunks are gathered first; with ownership
   * `"borrow"` they go zero-copy together if each has at least a page (4 KiB). Default: the environment
   * variable `ZEROWIRE_THRESHOLD`, else what `zerowire calibrate` measured on this machine (each if the
   * runtime permits reading it), else 16 KiB.
   */
  readonly threshold?: number
  /**
   * Bytes that `writable` queues before `desiredSize` is 0. Default 1 MiB. With 0 a pipe waits for ever,
   * as the streams standard requires.
   */
  readonly highWaterMark?: number
  /**
   * Moves borrowed memory to huge pages when it is sent zero-copy for the third time, which makes sending
   * it cheaper from then on. A helper thread moves up to 32 MiB at a time and takes at least 0.3 ms per 2
   * MiB (madvise(2), MADV_COLLAPSE, Linux 6.1). `false` leaves memory as it is. Default true.
   */
  readonly hugePages?: boolean
  /**
   * Pins memory of the JavaScript heap even if the isolate may end before its process: in a Worker, in a
   * program that `deno run --watch` restarts, in a file of `deno test`. Otherwise chunks are copied to
   * memory that outlives the isolate, or by the kernel, whatever `ownership` says. With `true`, memory in
   * flight is freed when the isolate ends, while the kernel still reads it: **the peer may receive
   * whatever this process writes there next**, secrets included. Only Bun tells a Worker that it ends,
   * and not if `terminate()` ends it. Use this only in a Worker that lives as long as its process.
   * Default false.
   */
  readonly pinHeap?: boolean
  /** TCP_NODELAY: send small packets at once. Default true. */
  readonly noDelay?: boolean
  /**
   * Milliseconds that `close()` waits while the peer takes nothing, before it resets the connection; it
   * may wait up to a tenth longer. Default 30,000.
   */
  readonly closeTimeout?: number
  /**
   * Milliseconds without a byte in either direction after which the connection is reset; it may take up
   * to a fifth longer. Every call then fails with TimedOut, which says what the peer may have. A byte
   * counts as sent when the kernel accepts it, and again when the peer's kernel acknowledges it. At least
   * 1; without this option a connection may be idle for ever.
   */
  readonly idleTimeout?: number
  /**
   * The same while somebody reads and the peer sends nothing, whatever is sent to it meanwhile. Without
   * this option a read may wait for ever.
   */
  readonly readTimeout?: number
  /**
   * The same while the peer's kernel takes nothing of what was written, even if all of it is accepted. It
   * ends a connection to a peer that reads nothing, and to one that has vanished. Without this option a
   * write may wait for ever for a peer that reads nothing.
   */
  readonly writeTimeout?: number
}

/** The options with every default filled in. */
export interface ResolvedOptions {
  readonly connection: ConnectionOptions
  /** Nothing if the connection may be quiet for ever. */
  readonly timeouts: Timeouts | undefined
  readonly highWaterMark: number
  readonly noDelay: boolean
  readonly closeTimeout: number
}

/**
 * Fills in the defaults.
 *
 * @throws {TypeError} for a value that is out of range.
 */
export function resolveOptions(options: SocketOptions): ResolvedOptions {
  const highWaterMark = atLeast("highWaterMark", options.highWaterMark ?? defaultHighWaterMark, 0)
  return {
    connection: {
      ownership: oneOf("ownership", ownerships, options.ownership, "auto"),
      queueBytes: highWaterMark > queueShare(1) ? highWaterMark : undefined,
      hugePages: oneOf("hugePages", [true, false], options.hugePages, true),
      pinHeap: oneOf("pinHeap", [true, false], options.pinHeap, false),
      mode: oneOf("zerocopy", modes, options.zerocopy, "auto"),
      threshold: options.threshold === undefined
        ? undefined
        : atLeast("threshold", options.threshold, 1),
    },
    timeouts: resolveTimeouts(options),
    highWaterMark,
    noDelay: oneOf("noDelay", [true, false], options.noDelay, true),
    closeTimeout: atLeast("closeTimeout", options.closeTimeout ?? defaultCloseTimeout, 0),
  }
}

/** Nothing if no timeout is set. */
function resolveTimeouts(options: SocketOptions): Timeouts | undefined {
  const timeouts: { -readonly [name in keyof Timeouts]: number } = {}
  for (const name of timeoutOptions) {
    const millis = options[name]
    if (millis !== undefined) timeouts[name] = atLeast(name, millis, 1)
  }
  return Object.keys(timeouts).length === 0 ? undefined : timeouts
}

const ownerships: readonly Ownership[] = ["auto", "transfer", "borrow", "copy"]
const modes = ["auto", "always", "never"] as const

const defaultHighWaterMark = 1024 * 1024
const defaultCloseTimeout = 30_000
