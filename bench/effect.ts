import type { Spread } from "./method.ts"

/** The same bytes by Effect's `Sink` and by `pipeTo`, in one runtime. */
export interface EffectRow {
  readonly runtime: "bun" | "deno"
  readonly chunkBytes: number
  /** User and system time of `pipeTo`, in seconds for each 10⁹ bytes: the median of all rounds. */
  readonly cpuStream: number
  /** The same of the `Sink`. */
  readonly cpuEffect: number
  /** The Sink over `pipeTo`, round by round. */
  readonly ratio: Spread
  /** Notification ids of the Sink in all rounds, and what the kernel said of them. */
  readonly zerocopySends: number
  readonly kernelCopied: number
  readonly unknown: number
}
