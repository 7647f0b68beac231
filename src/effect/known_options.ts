/**
 * The options of functions that take other ones here than in `zerowire`, or that are only here.
 *
 * @module
 */
import type { Taker } from "../argument/mod.ts"
import { connectTaker, sendFileTaker, sendFromTaker } from "../tcp/mod.ts"
import type { ConnectOptions, SendFileOptions, SendFromOptions, SinkOptions } from "./options.ts"

/** `connect`, and what connects by it. */
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

/** Without the signal, in whose place there is interruption. */
function interruptible<Name extends string>(
  taker: Taker<Name | "signal">,
): Taker<Exclude<Name, "signal">> {
  const { signal: _, ...names } = taker.names
  return { ...taker, names, instead: { ...taker.instead, signal: "Interrupt the fiber instead" } }
}
