import type { Relayed } from "../../../ffi/runtime/relay_loop.ts"
import type { Memory, Vector } from "./memory.ts"
import type { Pipe } from "./pipes.ts"

export type { Relayed }

/** Threads for calls that may block, and sockets whose calls may. */
export interface CourierCalls {
  /**
   * Creates a thread that sends for sockets without room. There may be several. Each starts at its first
   * call.
   */
  courier(): Courier
  /**
   * Lets calls on `fd` block, for up to `courierPatience`, unless a call asks not to. All calls of this
   * port do ask not to, except a courier's.
   */
  startWaiting(fd: number): number
  /** No call on `fd` may block any longer. */
  stopWaiting(fd: number): number
  /** `SHUT_RDWR`: ends a courier's call that is under way. */
  abandonSends(fd: number): number
  /** Whether couriers can relay. */
  readonly relays: boolean
}

/** A thread for calls that may block. It makes one call at a time. */
export interface Courier {
  /**
   * Sends the first `count` elements of `vector`, all of them if `courierPatience` suffices. Calls `done`
   * with the number of bytes accepted, or with an unspecified negative number: the caller then tries
   * again without blocking to learn the reason. `vector` must not be touched until then.
   */
  send(fd: number, vector: Vector, count: number, flags: number, done: (n: number) => void): void
  /**
   * Sends up to `count` bytes of the file `file` from `offset` on, as long as each 64 KiB of them finds room
   * within `courierPatience`. It also waits for the disk. After `stopWaiting` it ends at the next 64 KiB that
   * find no room. Calls `done` as `send` does; 0 means that the file ends there. Use it only if
   * `isolateEnd` is "process": a call that starts after the isolate has ended would use whatever has these
   * file descriptors by then.
   */
  sendFile(
    fd: number,
    file: number,
    offset: number,
    count: number,
    done: (n: number) => void,
  ): void
  /**
   * Moves bytes from socket to socket through a pipe, call after call, and waits in between. Ends after
   * `longestRelay`, when no byte has moved for `relayPatience`, at the end of the stream, after an error, and
   * after `stopRelay`; on Linux also instead of waiting for a socket with an unread notification. The pipe
   * then holds what was received and not accepted. Use it only if `isolateEnd` is "process" and `relays` is
   * true.
   */
  relay(call: RelayCall, done: (relayed: Relayed) => void): void
  /** Ends a relay under way; `done` is still called. */
  stopRelay(): void
  /**
   * Moves these bytes of `memory` to huge pages, as far as they fill whole ones (madvise(2),
   * MADV_COLLAPSE, Linux 6.1). Calls `done` with 0, or with a negative number if some could not be moved,
   * because they are in flight or there is no free huge page.
   */
  collapse(memory: Memory, offset: number, length: number, done: (n: number) => void): void
  /** Ends the thread. No call may be under way. */
  close(): void
}

/** A relay that a courier is to go on with. */
export interface RelayCall {
  /** The socket that receives. Its file descriptor may be closed meanwhile. */
  readonly from: number
  /** The socket that sends. */
  readonly to: number
  readonly pipe: Pipe
  /** Bytes that the pipe holds. */
  readonly held: number
}

/** How long a courier's call may block in total, in milliseconds (socket(7), SO_SNDTIMEO). */
export const courierPatience = 200

/** Milliseconds without a byte after which a courier gives a relay back. */
export const relayPatience = 200

/** Milliseconds after which it does so in any case. */
export const longestRelay = 1000
