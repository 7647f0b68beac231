/** Which part of a file is sent, and until when. */
export interface SendFileOptions {
  /** The first byte. Default 0. */
  readonly start?: number
  /**
   * The byte after the last one. Default: the end of the file, as it is when the file is opened: what
   * is appended later is not sent.
   */
  readonly end?: number
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
