import { ControlBatch, controlBytes, MessageHeader, msghdrBytes } from "../../../ffi/abi/msghdr.ts"
import { decodeRecord } from "../../../ffi/abi/errqueue.ts"
import { IovecArray, iovecBytes } from "../../../ffi/abi/iovec.ts"
import { type InetAddress, sockaddrIn6Bytes, writeSockaddr } from "../../../ffi/abi/sockaddr.ts"
import * as linux from "../../../ffi/constants.ts"
import type { Libc } from "../../../ffi/libc.ts"
import { NativeMemory } from "../../../ffi/memory.ts"
import type { Probe } from "../facts.ts"
import { notification } from "./calls.ts"

/**
 * Sends one datagram with MSG_ZEROCOPY to the port "discard" of `target` (RFC 863), and waits for the
 * kernel to report whether it copied. A datagram takes the same way out as TCP, needs no connection, and
 * gives no program bytes that it did not ask for.
 */
export async function probe(libc: Libc, target: InetAddress): Promise<Probe> {
  const family = target.family === 4 ? linux.AF_INET : linux.AF_INET6
  const type = linux.SOCK_DGRAM | linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC
  const fd = libc.socket(family, type, 0)
  if (fd < 0) return { errno: -fd }
  const payload = NativeMemory.allocate(libc.backend, payloadBytes)
  try {
    const sent = send(libc, fd, { ...target, port: discardPort }, payload)
    if (sent < 0) return { errno: -sent }
    const errors = new ControlBatch(libc.backend, 8)
    const control = new DataView(errors.control.buffer)
    const seen = await notification(payload, (batch) => {
      const n = libc.recvmmsg(fd, errors, linux.MSG_ERRQUEUE | linux.MSG_DONTWAIT)
      for (let i = 0; i < n; i++) {
        const truncated = (errors.flags(i) & linux.MSG_CTRUNC) !== 0
        decodeRecord(control, i * controlBytes, errors.controlLength(i), truncated, batch)
      }
      return n
    })
    return seen ?? "silent"
  } finally {
    libc.close(fd)
  }
}

function send(libc: Libc, fd: number, to: InetAddress, payload: NativeMemory): number {
  const one = NativeMemory.allocate(libc.backend, 4)
  new Uint32Array(one.buffer)[0] = 1
  const name = NativeMemory.allocate(libc.backend, sockaddrIn6Bytes)
  const iovecs = new IovecArray(NativeMemory.allocate(libc.backend, iovecBytes))
  const memory = NativeMemory.allocate(libc.backend, msghdrBytes)
  const header = new MessageHeader(memory, iovecs.memory.address)
  iovecs.set(0, payload, 0, payloadBytes)
  let n = libc.setsockopt(fd, linux.SOL_SOCKET, linux.SO_ZEROCOPY, one)
  if (n >= 0) n = libc.connect(fd, name, writeSockaddr(name.buffer, to))
  const flags = linux.MSG_ZEROCOPY | linux.MSG_DONTWAIT | linux.MSG_NOSIGNAL
  return n < 0 ? n : libc.sendmsg(fd, header, iovecs, 1, flags)
}

/** Fits into every packet: the least MTU of IPv6 is 1280 (RFC 8200). */
const payloadBytes = 1200
const discardPort = 9
