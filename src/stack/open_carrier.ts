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
  /** Whether it is a Unix domain socket, which has no MSG_ZEROCOPY. */
  readonly unix?: boolean
}

/** Chooses how the bytes of the socket `fd` go into the kernel. */
export const carrierFor = (
  stack: Stack,
  fd: number,
  { mode, thresholdBytes, local, unix = false }: CarrierOptions,
): MakeCarrier =>
(holds, counters, host) => {
  if (mode === "never") return new PlainCarrier(stack, fd, holds, counters, host, "disabled")
  // Asking for SO_ZEROCOPY would be in vain: EOPNOTSUPP (`sk_setsockopt` in net/core/sock.c).
  if (unix || !stack.kernel.zerocopy) {
    return new PlainCarrier(stack, fd, holds, counters, host, "unsupported")
  }
  const chooser = new Chooser({ mode, thresholdBytes, local })
  return new ZerocopyCarrier(stack, fd, holds, chooser, counters, host)
}
