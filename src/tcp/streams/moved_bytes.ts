import type { Connection } from "../connection/connection.ts"

/** A message that bytes are moved into. */
export interface Part {
  /** How many may be moved; the rest stays with the source. */
  readonly most: number
  /** Called when `bytes` more are about to be queued: what it writes goes in front of them. */
  before(bytes: number): void
  /** Called when they are queued. */
  after(): void
}

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

  /** Whether nobody knows how many there will be. Only such bytes are moved as a `Part`. */
  readonly openEnded: boolean = false

  /** How many, as far as is known; a WritableStream uses it as the size of the chunk. */
  abstract readonly byteLength: number

  /** How many were moved, once `moveTo` has resolved. */
  get movedBytes(): number {
    return this.byteLength
  }

  /**
   * Queues them after everything that was queued before, and sends what the socket takes at once. Returns
   * whether this was all; if not, `moveTo` waits for the rest.
   *
   * @throws {ZerowireError} when nothing can be sent any more.
   */
  start?(connection: Connection): boolean

  /**
   * Queues them after everything that was queued before. Resolves when the kernel has accepted all of
   * them, or as many as there will be.
   *
   * @throws {ZerowireError} when nothing can be sent any more.
   */
  abstract moveTo(connection: Connection, part?: Part): Promise<void>
}
