import type { FileIdentity } from "../../../ffi/abi/statx.ts"

/** Sending files without reading them. */
export interface FileCalls {
  /**
   * Sends up to `count` bytes of the file `file` at `offset` (sendfile(2)), and returns how many were
   * accepted; 0 at the end of the file. It never waits for room, but it would wait for a disk: see
   * `cachedPages`. `-EOPNOTSUPP` where files are to be read and copied instead, `-ENOSYS` where there are none.
   */
  sendFile(fd: number, file: number, offset: number, count: number): number
  /** How many pages of these bytes of a file are in memory (cachestat(2)). */
  cachedPages(file: number, offset: number, length: number): number
  /** Which file a file descriptor refers to; nothing if it is not a file's. */
  identityOf(file: number): FileIdentity | undefined
}
