import type { NetAddress } from "../../tcp/mod.ts"

/** What a proxy has said before anything else. */
export interface Greeting {
  /** Bytes of the header. */
  readonly byteLength: number
  /** Who has connected to the proxy; nothing if the proxy speaks for itself, or cannot tell. */
  readonly source?: NetAddress
  /** Whether the proxy speaks for itself, and has no client. */
  readonly local?: true
}
