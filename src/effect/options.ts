import type {
  ConnectOptions as PromiseOptions,
  SendFileOptions as FileOptions,
  SendFromOptions as StreamOptions,
} from "../tcp/mod.ts"

/**
 * Where to connect to, and how: `ConnectOptions` of `zerowire` without `signal`, in whose place there is
 * interruption.
 */
export interface ConnectOptions extends Omit<PromiseOptions, "signal"> {}

/** What a sink does when its stream ends. */
export interface SinkOptions {
  /**
   * Whether the end of the stream is the end of the writing, as with `pipeTo`: a FIN follows the last
   * byte, and a stream that fails or is interrupted resets the connection, so that the peer cannot take
   * what it got for the whole. Default true. With false the socket stays open, whatever becomes of the
   * stream.
   */
  readonly endOnDone?: boolean
}

/** Which part of a file is sent: `SendFileOptions` of `zerowire` without `signal`. */
export interface SendFileOptions extends Omit<FileOptions, "signal"> {}

/** How a stream is read: `SendFromOptions` of `zerowire` without `signal`. */
export interface SendFromOptions extends Omit<StreamOptions, "signal"> {}
