import { type Cures, FailureReason, withCure } from "./reason.ts"

/** A file could not be sent, or not to its end. */
export class FileFailed extends FailureReason<"FileFailed"> {
  /** The file, as the call named it; the path of a URL. */
  readonly path: string
  /**
   * The name of the error: ENOENT, EACCES, EISDIR, EIO, … Or one of ours: NOT_A_FILE (a pipe, a device,
   * …), PAST_END (the range ends behind the file), SHRUNK (the file became shorter while it was sent),
   * UNSIZED (its file system does not report its size, and it has more than 64 MiB).
   */
  readonly code: string
  /** Bytes of the range that the kernel accepted. When it is 0, nothing of the file was sent. */
  readonly sentBytes: number
  /** Bytes of the whole range; 0 when it was not known yet. */
  readonly rangeBytes: number

  /** @internal */
  constructor(path: string, code: string, sentBytes = 0, rangeBytes = 0) {
    const sent = rangeBytes === 0 ? "" : `, after ${sentBytes} of ${rangeBytes} bytes were accepted`
    super("FileFailed", withCure(`Cannot send "${path}": ${code}${sent}`, code, fileCures))
    this.path = path
    this.code = code
    this.sentBytes = sentBytes
    this.rangeBytes = rangeBytes
  }
}

const fileCures: Cures = {
  ENOENT: "There is no such file",
  EACCES: "This user may not read it",
  EISDIR: "It is a directory; name the files in it",
  NOT_A_FILE: "Only regular files can be sent; pipe what a device or a FIFO gives to `writable`",
  PAST_END: "The range goes past the end of the file; omit `end` to send all there is",
  SHRUNK:
    "The file was truncated while it was sent, or its file system claims a wrong size; replace files " +
    "by renaming, and pipe a stream of those without a size to `writable`",
  UNSIZED: "Its file system does not say how long it is; pipe a stream of it to `writable`",
  EAGAIN: "There is nothing to read now; pipe a stream of it to `writable`",
  EMFILE: "This process has no file descriptor left; raise `ulimit -n`",
  EINVAL: "The file system cannot send it in place; pipe a stream of it to `writable`",
}

/** The stream that was being sent failed, so the connection was reset. `cause` of the error says why. */
export class SourceFailed extends FailureReason<"SourceFailed"> {
  /** Bytes that the socket had taken by then. The peer may have all, some or none of them. */
  readonly sentBytes: number
  /** What went wrong. */
  readonly detail: string

  /** @internal */
  constructor(detail: string, sentBytes: number) {
    super(
      "SourceFailed",
      `Cannot go on sending from a stream: ${detail}, after ${sentBytes} bytes. The connection was ` +
        "reset, so that the peer does not take these for the whole",
    )
    this.detail = detail
    this.sentBytes = sentBytes
  }
}

/** The caller stopped a transfer by its signal. `cause` of the error is the signal's reason. */
export class TransferStopped extends FailureReason<"TransferStopped"> {
  /** The path of the file, or "a stream". */
  readonly source: string
  /** Bytes that were sent before, and that stay sent. */
  readonly sentBytes: number

  /** @internal */
  constructor(source: string, sentBytes: number) {
    super(
      "TransferStopped",
      `Stopped sending ${source} after ${sentBytes} bytes, which stay sent`,
    )
    this.source = source
    this.sentBytes = sentBytes
  }
}
