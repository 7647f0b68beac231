import type {
  ConnectOptions as PromiseOptions,
  SendFileOptions as FileOptions,
  SendFromOptions as StreamOptions,
} from "../tcp/mod.ts"

/**
 * Where to connect to, and how: `ConnectOptions` of `zerowire` without `signal`. Interrupt the fiber
 * instead.
 */
export interface ConnectOptions extends Omit<PromiseOptions, "signal"> {}

/** What a sink does when its stream ends. */
export interface SinkOptions {
  /**
   * Whether the end of the stream also ends the writing, as with `pipeTo`: a FIN follows the last byte. A
   * stream that fails or is interrupted resets the connection, so that the peer does not believe it has
   * everything. Default true. With false the socket stays open, however the stream ends.
   */
  readonly endOnDone?: boolean
}

/** Which part of a file to send: `SendFileOptions` of `zerowire` without `signal`. */
export interface SendFileOptions extends Omit<FileOptions, "signal"> {}

/** How to read a stream: `SendFromOptions` of `zerowire` without `signal`. */
export interface SendFromOptions extends Omit<StreamOptions, "signal"> {}
