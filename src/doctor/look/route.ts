import { AF_INET, AF_INET6 } from "../../../ffi/constants.ts"
import { type InetAddress, readSockaddr, writeSockaddr } from "../../../ffi/abi/sockaddr.ts"
import type { Libc } from "../../../ffi/libc.ts"
import type { Route } from "../facts.ts"
import { ask, attribute, attributesIn, stringIn } from "./netlink.ts"
import { offloadsOf } from "./offloads.ts"

/** The way to `target` as the kernel would choose it now, or `-errno`. */
export function routeTo(libc: Libc, target: InetAddress): Route | number {
  const bytes = bytesOf(target)
  // struct rtmsg: the family, and the number of bits of the destination.
  const request = new Uint8Array(rtmsgBytes)
  request[0] = target.family === 4 ? AF_INET : AF_INET6
  request[1] = bytes.byteLength * 8
  const scope = new Uint8Array(new Uint32Array([target.scope]).buffer)
  const answer = ask(
    libc,
    RTM_GETROUTE,
    join([
      request,
      attribute(RTA_DST, bytes),
      ...(target.scope === 0 ? [] : [attribute(RTA_OIF, scope)]),
    ]),
    rtmsgBytes,
  )
  if (typeof answer === "number") return answer
  const index = answer.attributes.get(RTA_OIF)?.getUint32(0, true) ?? 0
  const link = linkOf(libc, index)
  if (typeof link === "number") return link
  return {
    ...link,
    index,
    local: answer.body.getUint8(7) === RTN_LOCAL,
    gateway: textOf(answer.attributes.get(RTA_GATEWAY)),
    offloads: offloadsOf(libc, link.device),
  }
}

/** The device with this index. */
function linkOf(libc: Libc, index: number): Pick<Route, "device" | "kind" | "mtu"> | number {
  const request = new Uint8Array(ifinfomsgBytes)
  new DataView(request.buffer).setInt32(4, index, true)
  const answer = ask(libc, RTM_GETLINK, request, ifinfomsgBytes)
  if (typeof answer === "number") return answer
  const { attributes } = answer
  const info = attributes.get(IFLA_LINKINFO)
  return {
    device: stringIn(attributes.get(IFLA_IFNAME)),
    kind: info === undefined ? "" : stringIn(attributesIn(info).get(IFLA_INFO_KIND)),
    mtu: attributes.get(IFLA_MTU)?.getUint32(0, true) ?? 0,
  }
}

/** The 4 or 16 bytes of an address. */
function bytesOf(address: InetAddress): Uint8Array {
  const memory = new ArrayBuffer(28)
  writeSockaddr(memory, address)
  return address.family === 4 ? new Uint8Array(memory, 4, 4) : new Uint8Array(memory, 8, 16)
}

/** The text form of the 4 or 16 bytes of an address. */
function textOf(data: DataView | undefined): string | undefined {
  if (data === undefined) return undefined
  const v4 = data.byteLength === 4
  const memory = new ArrayBuffer(28)
  new DataView(memory).setUint16(0, v4 ? AF_INET : AF_INET6, true)
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  new Uint8Array(memory).set(bytes, v4 ? 4 : 8)
  return readSockaddr(new DataView(memory))?.address
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.byteLength
  }
  return whole
}

// include/uapi/linux/rtnetlink.h, if_link.h
const RTM_GETLINK = 18
const RTM_GETROUTE = 26
const RTN_LOCAL = 2
const RTA_DST = 1
const RTA_OIF = 4
const RTA_GATEWAY = 5
const IFLA_IFNAME = 3
const IFLA_MTU = 4
const IFLA_LINKINFO = 18
const IFLA_INFO_KIND = 1
const rtmsgBytes = 12
const ifinfomsgBytes = 16
