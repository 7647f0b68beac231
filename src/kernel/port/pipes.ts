import type { Memory } from "./memory.ts"

/** Moving bytes through a pipe. */
export interface PipeCalls {
  /**
   * A pipe, non-blocking and close-on-exec, with room for `bytes`, or for less where the user has many
   * pipes (pipe(7), `pipe-user-pages-soft`). `close` takes its ends one by one.
   */
  pipe(bytes: number): Pipe | number
  /**
   * Moves up to `count` bytes that the socket `fd` has received into a pipe (splice(2)); 0 at the end of
   * the stream. `-EAGAIN` when there are none, and when the pipe has no room.
   */
  fillPipe(writeEnd: number, fd: number, count: number): number
  /**
   * Sends up to `count` bytes of a pipe (splice(2)), and answers how many were accepted. `-EAGAIN` when
   * the pipe is empty, and when the socket has no room.
   */
  drainPipe(readEnd: number, fd: number, count: number): number
  /** Reads up to `length` bytes of a pipe into `memory`. `-EAGAIN` when it is empty. */
  readPipe(readEnd: number, memory: Memory, offset: number, length: number): number
}

/** A pipe (pipe(7)), through which bytes go from one socket to another without coming up. */
export interface Pipe {
  readonly readEnd: number
  readonly writeEnd: number
  /**
   * Bytes of the pages that it has room for. What a socket has received lies in pieces, of which each takes
   * a page's place: there may be less in it, and in calls of more bytes more.
   */
  readonly capacity: number
}
