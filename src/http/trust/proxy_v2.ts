import { formatIpv6 } from "../../kernel/mod.ts"
import type { NetAddress } from "../../tcp/mod.ts"
import type { Greeting } from "./greeting.ts"

/**
 * Reads a header of version 2 of the PROXY protocol, which is binary (section 2.2). Returns nothing if it is
 * malformed, and `"more"` if it may be complete with more bytes. What follows the addresses is skipped.
 */
export function readV2(bytes: Uint8Array): Greeting | "more" | undefined {
  if (bytes.length < headBytes) return "more"
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const command = bytes[signatureV2.length]
  const family = bytes[signatureV2.length + 1]
  const byteLength = headBytes + view.getUint16(signatureV2.length + 2)
  const isLocal = command === 0x20
  if (!isLocal && command !== 0x21 || byteLength > longest) return undefined
  if (bytes.length < byteLength) return "more"
  // A health check of the proxy itself.
  if (isLocal) return { byteLength, local: true }
  // A client of a family that has no number here.
  if (family === 0) return { byteLength }
  const address = addresses[family]
  if (address === undefined || byteLength < headBytes + address.bytes) return undefined
  return { byteLength, source: address.read(bytes.subarray(headBytes), view) }
}

/** What a header of version 2 begins with. */
export const signatureV2: Uint8Array = new Uint8Array(
  [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a],
)

interface Addresses {
  /** Of both addresses and ports. */
  readonly bytes: number
  /** The first address; `view` is of the whole header. */
  read(bytes: Uint8Array, view: DataView): NetAddress
}

/** By family and protocol. Only streams can arrive here. */
const addresses: Readonly<Record<number, Addresses>> = {
  0x11: {
    bytes: 12,
    read: (bytes, view) => ({
      transport: "tcp",
      hostname: bytes.subarray(0, 4).join("."),
      port: view.getUint16(headBytes + 8),
    }),
  },
  0x21: {
    bytes: 36,
    read: (_, view) => ({
      transport: "tcp",
      hostname: formatIpv6(Array.from({ length: 8 }, (_, i) => view.getUint16(headBytes + 2 * i))),
      port: view.getUint16(headBytes + 32),
    }),
  },
  0x31: {
    bytes: 216,
    read: (bytes) => {
      const end = bytes.indexOf(0, 1)
      const name = bytes.subarray(0, Math.min(end < 0 ? 108 : end, 108))
      const path = bytes[0] === 0 ? "" : new TextDecoder().decode(name)
      return { transport: "unix", hostname: "", port: 0, path }
    },
  },
}

/** Signature, command, family, and the length of what follows. */
const headBytes = 16
/** nginx's limit: there is room for certificates' names beside the addresses. */
const longest = 4096
