import { type MakeCarrier, PlainCarrier } from "../pieces/mod.ts"
import { Chooser, ZerocopyCarrier } from "../zerocopy/mod.ts"
import type { Stack } from "./stack.ts"

export interface CarrierOptions {
  /** As `SocketOptions.zerocopy`. */
  readonly mode: "auto" | "always" | "never"
  /** The fewest bytes that are sent zero-copy. */
  readonly thresholdBytes: number
  /** Whether both ends are on this host. */
  readonly local: () => boolean
}

/** Chooses how the bytes of the socket `fd` go into the kernel. */
export const carrierFor = (
  stack: Stack,
  fd: number,
  { mode, thresholdBytes, local }: CarrierOptions,
): MakeCarrier =>
(holds, counters, host) => {
  if (mode === "never") return new PlainCarrier(stack, fd, holds, counters, host, "disabled")
  const chooser = new Chooser({ mode, thresholdBytes, local })
  return new ZerocopyCarrier(stack, fd, holds, chooser, counters, host)
}
