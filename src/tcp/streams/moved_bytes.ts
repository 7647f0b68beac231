import type { Connection } from "../connection/connection.ts"

/**
 * Bytes that the kernel moves, in place of a chunk. A pipe from one of our streams to another carries
 * them, so that the Streams standard's rules for chunks apply to them too. Programs never see them.
 */
export abstract class MovedBytes {
  /** Distinguishes them from anything that a program writes, including a proxy. */
  readonly #mark = true

  /** Whether a chunk is one of these. */
  static is(chunk: unknown): chunk is MovedBytes {
    return typeof chunk === "object" && chunk !== null && #mark in chunk
  }

  /** How many, as far as is known; a WritableStream uses it as the size of the chunk. */
  abstract readonly byteLength: number

  /**
   * Queues them after everything that was queued before. Resolves when the kernel has accepted all of
   * them, or as many as there will be.
   *
   * @throws {ZerowireError} when nothing can be sent any more.
   */
  abstract moveTo(connection: Connection): Promise<void>
}
