import type { Ownership } from "./ownership.ts"

/** How a socket treats the memory of chunks, and how many it queues. */
export interface PackerOptions {
  readonly ownership: Ownership
  /**
   * A write waits if more bytes than this are queued and the socket has no room. Default: a share of what
   * all sockets may queue.
   */
  readonly queueBytes?: number | undefined
  /** Whether borrowed memory that is sent often is moved to huge pages. */
  readonly hugePages: boolean
  /** Whether heap memory is pinned even in an isolate that may end before its process. */
  readonly pinHeap?: boolean
}
