/** One rival that sends a message, and the next one when the peer has answered. */
export interface LatencyRow {
  readonly rival: string
  readonly messageBytes: number
  /** Of a round trip, in microseconds: the median of what the rounds have. */
  readonly median: number
  readonly p99: number
  /** User and system time of the sending process for each message, in microseconds. */
  readonly cpuMicros: number
  /** Notification ids of all rounds, and what the kernel said of them. None where all went by copy. */
  readonly zerocopySends: number
  readonly kernelCopied: number
  readonly unknown: number
}
