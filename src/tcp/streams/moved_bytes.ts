import type { Connection } from "../connection/connection.ts"

/**
 * Bytes that the kernel moves, in the place of a chunk. A pipe from one of our streams to another carries
 * them, so that what the Streams standard says of chunks holds for them too; they never come to a program.
 */
export abstract class MovedBytes {
  /** What tells them from whatever a program writes, a proxy among it. */
  readonly #mark = true

  /** Whether a chunk is of these. */
  static is(chunk: unknown): chunk is MovedBytes {
    return typeof chunk === "object" && chunk !== null && #mark in chunk
  }

  /** How many, as far as is known: what a WritableStream takes for the size of the chunk. */
  abstract readonly byteLength: number

  /**
   * Queues them behind everything that was queued before. Resolves when the kernel has accepted all of
   * them, or as many as there will be.
   *
   * @throws {ZerowireError} when nothing can be sent any more.
   */
  abstract moveTo(connection: Connection): Promise<void>
}
