import type { MovedBytes } from "../../tcp/mod.ts"

/** A part of a body. */
export type Chunk = Uint8Array | MovedBytes

/** Where the chunks of a body come from. */
export interface Chunks {
  /** A source that may have more than the body is asked for at most so many bytes. */
  next(most?: number): Promise<Chunk | undefined>
  cancel(reason: unknown): Promise<void>
  /** The source is needed no longer. */
  end(): void | Promise<void>
}
