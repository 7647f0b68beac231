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

/** Which part of a file is sent, and until when. */
export interface SendFileOptions extends FileRange {
  /** Stops the sending, with TransferStopped; once all bytes were accepted it has no meaning. */
  readonly signal?: AbortSignal
}

/** How a stream is read, and until when. */
export interface SendFromOptions {
  /** Bytes of a buffer that a byte stream is read to. Default 256 KiB. */
  readonly bufferBytes?: number
  /** How many such buffers, which bounds what is read and not yet released. Default 16. */
  readonly buffers?: number
  /** Stops the reading, with TransferStopped. What was read goes out all the same. */
  readonly signal?: AbortSignal
}
