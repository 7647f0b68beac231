import { isIPv6 } from "node:net"
import type { InetAddress } from "../port.ts"

/** An address as Linux gives it, from what the runtime gives. */
export function toAddress(
  address: string | undefined,
  port: number | undefined,
): InetAddress | undefined {
  if (address === undefined || port === undefined) return undefined
  const [plain, zone] = address.split("%")
  return { family: isIPv6(plain) ? 6 : 4, address: plain, port, scope: Number(zone ?? 0) || 0 }
}
