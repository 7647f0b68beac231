import { IovecArray, iovecBytes } from "../../../ffi/abi/iovec.ts"
import { errno } from "../../../ffi/errno.ts"
import { MessageHeader, msghdrBytes } from "../../../ffi/abi/msghdr.ts"
import { MSG_DONTWAIT, SOCK_CLOEXEC } from "../../../ffi/constants.ts"
import type { Libc } from "../../../ffi/libc.ts"
import { NativeMemory } from "../../../ffi/memory.ts"

/** One answer of rtnetlink(7). */
export interface Answer {
  /** The fixed part of the message. */
  readonly body: DataView
  /** The attributes by number. */
  readonly attributes: ReadonlyMap<number, DataView>
}

/**
 * Asks the kernel about routes and devices (rtnetlink(7)), which needs no privilege. Unlike /sys, it
 * answers for the network namespace of this process.
 *
 * @param bodyBytes how long the fixed part of the answer is
 * @returns the answer, or `-errno`
 */
export function ask(
  libc: Libc,
  type: number,
  request: Uint8Array,
  bodyBytes: number,
): Answer | number {
  const fd = libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)
  if (fd < 0) return fd
  try {
    const iovecs = new IovecArray(NativeMemory.allocate(libc.backend, iovecBytes))
    const header = new MessageHeader(
      NativeMemory.allocate(libc.backend, msghdrBytes),
      iovecs.memory.address,
    )
    const message = NativeMemory.of(libc.backend, messageOf(type, request))
    iovecs.set(0, message, 0, message.byteLength)
    const sent = libc.sendmsg(fd, header, iovecs, 1, 0)
    if (sent < 0) return sent
    const answer = NativeMemory.allocate(libc.backend, answerBytes)
    iovecs.set(0, answer, 0, answerBytes)
    // The kernel has answered when `sendmsg` returns (`netlink_unicast_kernel` in net/netlink/af_netlink.c).
    const received = libc.recvmsg(fd, header, iovecs, 1, MSG_DONTWAIT)
    return received < 0 ? received : read(new DataView(answer.buffer, 0, received), bodyBytes)
  } finally {
    libc.close(fd)
  }
}

/** An attribute of a request. */
export function attribute(type: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(align(headBytes + value.byteLength))
  const view = new DataView(bytes.buffer)
  view.setUint16(0, headBytes + value.byteLength, true)
  view.setUint16(2, type, true)
  bytes.set(value, headBytes)
  return bytes
}

/** The attributes in `data`. */
export function attributesIn(data: DataView): ReadonlyMap<number, DataView> {
  const found = new Map<number, DataView>()
  for (let at = 0; at + headBytes <= data.byteLength;) {
    const length = data.getUint16(at, true)
    if (length < headBytes || at + length > data.byteLength) break
    // The two highest bits are flags.
    const type = data.getUint16(at + 2, true) & 0x3fff
    found.set(type, new DataView(data.buffer, data.byteOffset + at + headBytes, length - headBytes))
    at += align(length)
  }
  return found
}

/** A zero-terminated string. */
export const stringIn = (data: DataView | undefined): string =>
  data === undefined
    ? ""
    : new TextDecoder().decode(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      .replace(/\0.*$/s, "")

function messageOf(type: number, request: Uint8Array): ArrayBuffer {
  const buffer = new ArrayBuffer(nlmsghdrBytes + request.byteLength)
  const view = new DataView(buffer)
  view.setUint32(0, buffer.byteLength, true)
  view.setUint16(4, type, true)
  view.setUint16(6, NLM_F_REQUEST, true)
  new Uint8Array(buffer).set(request, nlmsghdrBytes)
  return buffer
}

function read(message: DataView, bodyBytes: number): Answer | number {
  if (message.byteLength < nlmsghdrBytes + bodyBytes) return -errno.EPROTO
  // An error has its negative number first.
  if (message.getUint16(4, true) === NLMSG_ERROR) return message.getInt32(nlmsghdrBytes, true)
  const start = message.byteOffset + nlmsghdrBytes
  // An answer that was too long for the buffer was cut off.
  const length = Math.min(message.getUint32(0, true), message.byteLength)
  const body = new DataView(message.buffer, start, bodyBytes)
  const attributes = attributesIn(
    new DataView(message.buffer, start + bodyBytes, length - nlmsghdrBytes - bodyBytes),
  )
  return { body, attributes }
}

const align = (length: number): number => (length + 3) & ~3

// include/linux/socket.h, include/uapi/linux/netlink.h, rtnetlink.h
const AF_NETLINK = 16
const SOCK_RAW = 3
const NETLINK_ROUTE = 0
const NLM_F_REQUEST = 1
const NLMSG_ERROR = 2
const nlmsghdrBytes = 16
const headBytes = 4
/** A device with all its statistics takes about 2 KiB; a card with virtual functions more. */
const answerBytes = 64 * 1024
