import type { Spread } from "./method.ts"

/** One rival that sends to so many peers at once. */
export interface FanoutRow {
  readonly rival: string
  /** `shared`: one body for all peers, at the pace of each; `active`: a `pipeTo` of its own for each. */
  readonly mode: "shared" | "active"
  readonly peers: number
  readonly chunkBytes: number
  /** To all peers together. */
  readonly totalBytes: number
  /** User and system time of the sending process, in seconds for each 10⁹ bytes. Connecting is not in it. */
  readonly cpu: Spread
  /** To all peers together, the median of all rounds. */
  readonly bytesPerSecond: number
  /**
   * What the slowest peer had when half of all bytes had arrived, over what the median peer had; of the
   * worst round.
   */
  readonly slowestOfMedian: number
  /** Notification ids of all rounds, and what the kernel said of them. */
  readonly zerocopySends: number
  readonly kernelCopied: number
  readonly unknown: number
}
