import type { UnreadBytes } from "../receive/unread.ts"
import type { UnixNames } from "./addresses.ts"

/** What happened to the connection before it was ours. */
export interface History {
  /** Bytes that were received and not read. */
  readonly early?: UnreadBytes
  /**
   * The kernel's count of acknowledged bytes (`tcpi_bytes_acked`) once everything that was sent before is
   * acknowledged. The count includes the SYN on the connecting side (`tcp_snd_una_update` in
   * net/ipv4/tcp_input.c); the accepting side's was acknowledged before its socket existed.
   */
  readonly sentBefore: number
  /** The names of a Unix domain socket's ends. */
  readonly unix?: UnixNames
}

export const hasConnected: History = { sentBefore: 1 }
export const wasAccepted: History = { sentBefore: 0 }
