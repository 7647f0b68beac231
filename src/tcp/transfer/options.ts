/**
 * A file that a program has open, or has named by its runtime: a FileHandle of `node:fs/promises`, a
 * `Deno.FsFile`, or a `Bun.file`. It is told by its `stat`.
 *
 * It is opened once more by its name, so its position and its lock are not touched, and it may be closed as
 * soon as the call has begun to read or to send. A file that was renamed or deleted since it was opened is
 * found all the same; under Deno that takes the permission to read everything.
 */
export interface RuntimeFile {
  /** Which file it is. */
  stat(): Promise<FileStatus>
}

/** What tells one file of this host from all others, as runtimes give it. */
export interface FileStatus {
  /** The device that it lies on. */
  readonly dev: number
  /** Its inode. */
  readonly ino: number | null
}

/** Which part of a file. */
export interface FileRange {
  /** The first byte. Default 0. */
  readonly start?: number
  /**
   * The byte after the last one. Default: the end of the file, as it is when the file is opened: what
   * is appended later does not count.
   */
  readonly end?: number
}

/** Which part of a file to send, and when to stop. */
export interface SendFileOptions extends FileRange {
  /**
   * Stops sending, which then rejects with TransferStopped. It has no effect once all bytes were
   * accepted.
   */
  readonly signal?: AbortSignal
}

/** How to read a stream, and when to stop. */
export interface SendFromOptions {
  /** Bytes of each buffer that a byte stream is read into. Default 256 KiB. */
  readonly bufferBytes?: number
  /**
   * How many such buffers there may be, which limits the bytes that are read and not yet released. They
   * are allocated when they are needed: a peer that takes little needs few. Default 64.
   */
  readonly buffers?: number
  /** Stops reading, and the call rejects with TransferStopped. Bytes already read are still sent. */
  readonly signal?: AbortSignal
}
