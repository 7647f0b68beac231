/**
 * The options of functions that exist only here, or whose options differ from those in `zerowire`.
 *
 * @module
 */
import type { Taker } from "../argument/mod.ts"
import { connectTaker, sendFileTaker, sendFromTaker } from "../tcp/mod.ts"
import type { ConnectOptions, SendFileOptions, SendFromOptions, SinkOptions } from "./options.ts"

/** `connect`, and functions that use it. */
export const connectHereTaker: Taker<keyof ConnectOptions> = interruptible(connectTaker)

/** `sendFile`. */
export const sendFileHereTaker: Taker<keyof SendFileOptions> = interruptible(sendFileTaker)

/** `sendFrom`. */
export const sendFromHereTaker: Taker<keyof SendFromOptions> = {
  ...interruptible(sendFromTaker),
  example: "sendFrom(socket, readable, { buffers: 16 })",
}

/** `sink`. */
export const sinkTaker: Taker<keyof SinkOptions> = {
  action: "make a sink",
  example: "sink(socket, { endOnDone: false })",
  names: { endOnDone: true },
}

/** Without the signal: interrupt the fiber instead. */
function interruptible<Name extends string>(
  taker: Taker<Name | "signal">,
): Taker<Exclude<Name, "signal">> {
  const { signal: _, ...names } = taker.names
  return { ...taker, names, instead: { ...taker.instead, signal: "Interrupt the fiber instead" } }
}
