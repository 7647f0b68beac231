import type { ZerowireError } from "../error/mod.ts"
import type { RelayCall, Relayed } from "../kernel/port.ts"
import type { Released } from "./released.ts"

/** What sending needs to know of a pipe between two sockets. */
export interface PipeBytes {
  /** Whether so much goes through it that a courier should move the bytes. */
  readonly busy: boolean
  /** A courier is to fill and empty it: the socket that it is filled from, and its ends. */
  lend(): Omit<RelayCall, "to" | "held">
  /**
   * A courier has moved this. It may have found that the source is lost, and it may be `wanted` elsewhere.
   */
  relayed(relayed: Relayed, wanted: boolean): void
}

/** What sending needs to know of an open file. It is closed when it is released. */
export interface FileBytes extends Released {
  readonly fd: number
  /** The pipe that `fd` is the reading end of. It holds the whole range. */
  readonly pipe: PipeBytes | undefined
  /**
   * Whether the bytes may end before their range does: nothing is queued behind them, and whoever has
   * queued them knows what to do. Otherwise a file that fails leaves a gap, and ends the sending.
   */
  readonly endsEarly: boolean
  /** Whether these bytes can be sent without waiting for a disk. If not, starts reading them. */
  ready(offset: number, length: number): boolean
  /**
   * Keeps the file open for a call elsewhere, until the returned function is called, even if it is released
   * before. Otherwise its file descriptor could become that of another file.
   */
  keepOpen(): () => void
  /** The error of a file that cannot be sent any further. */
  failed(
    code: string,
    range: { readonly length: number; readonly remaining: number },
  ): ZerowireError
}

/** Bytes of a file in one call. They are looked up in the page cache, and read from disk, in one step. */
export const fileCallBytes: number = 1024 * 1024
