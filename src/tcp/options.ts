import { atLeast, oneOf } from "../argument/mod.ts"
import type { ConnectionOptions } from "./connection/connection.ts"
import type { Ownership } from "./send/ownership.ts"

/** What a socket may be told when it is opened. */
export interface SocketOptions {
  /** Whose memory a chunk is once it was written. Default `"auto"`. */
  readonly ownership?: Ownership
  /**
   * `"auto"` sends zero-copy where that pays and learns from what the kernel reports, `"always"`
   * ignores the reports, `"never"` copies. Default `"auto"`.
   */
  readonly zerocopy?: "auto" | "always" | "never"
  /**
   * Bytes from which on sending goes zero-copy. Smaller chunks are gathered first, or, with ownership
   * `"borrow"`, go zero-copy together if each of them is a page (4 KiB) at least. Default:
   * `ZEROWIRE_THRESHOLD` of the environment, else what `npm run calibrate` measured on this machine,
   * each where the runtime lets it be read, else 16 KiB.
   */
  readonly threshold?: number
  /**
   * Bytes that `writable` queues before `desiredSize` is 0. Default 1 MiB. With 0 a pipe waits for
   * ever, as the streams standard has it.
   */
  readonly highWaterMark?: number
  /**
   * Moves borrowed memory to huge pages when it was sent twice with zero-copy and is sent again: sending
   * costs less from then on. A helper thread does it, 32 MiB at a time, and takes 0.3 ms for each 2 MiB or
   * more (madvise(2), MADV_COLLAPSE, Linux 6.1). `false` leaves memory as it is. Default true.
   */
  readonly hugePages?: boolean
  /**
   * Pins memory of the JavaScript heap in an isolate that may end before its process: a Worker, a program
   * that `deno run --watch` restarts, a file of `deno test`. Without it chunks are copied to memory that
   * outlives the isolate, or by the kernel, whatever `ownership` says. With it, what is in flight when the
   * isolate ends is freed under the kernel's hands: **the peer may get whatever this process writes there
   * next**, its secrets too. Bun tells a Worker that it ends unless `terminate()` ends it; nothing else
   * does. Only for a Worker that never ends before its process. Default false.
   */
  readonly pinHeap?: boolean
  /** TCP_NODELAY: send small packets at once. Default true. */
  readonly noDelay?: boolean
  /**
   * Milliseconds that `close()` waits while the peer takes nothing, before it resets the connection; a
   * tenth longer at most. Default 30,000.
   */
  readonly closeTimeout?: number
}

/** The options with every default filled in. */
export interface ResolvedOptions {
  readonly connection: ConnectionOptions
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
      queueBytes: Math.max(highWaterMark, minQueueBytes),
      hugePages: oneOf("hugePages", [true, false], options.hugePages, true),
      pinHeap: oneOf("pinHeap", [true, false], options.pinHeap, false),
      mode: oneOf("zerocopy", modes, options.zerocopy, "auto"),
      threshold: options.threshold === undefined
        ? undefined
        : atLeast("threshold", options.threshold, 1),
    },
    highWaterMark,
    noDelay: oneOf("noDelay", [true, false], options.noDelay, true),
    closeTimeout: atLeast("closeTimeout", options.closeTimeout ?? defaultCloseTimeout, 0),
  }
}

const ownerships: readonly Ownership[] = ["auto", "transfer", "borrow", "copy"]
const modes = ["auto", "always", "never"] as const

const defaultHighWaterMark = 1024 * 1024
/** A call of the size that is worth one, and the next one ready. */
const minQueueBytes = 2 * 1024 * 1024
const defaultCloseTimeout = 30_000
