import assert from "node:assert/strict"
import { once } from "node:events"
import { type AddressInfo, createServer } from "node:net"
import { test } from "node:test"
import { decodeControl, NotificationBatch } from "./errqueue.ts"
import * as linux from "../constants.ts"
import { libc as loaded } from "../libc.ts"
import { NativeMemory } from "../memory.ts"
import { IovecArray, iovecBytes } from "./iovec.ts"
import { ControlBatch, controlBytes, MessageHeader, msghdrBytes } from "./msghdr.ts"
import { sockaddrInBytes, writeSockaddr } from "./sockaddr.ts"

const libc = loaded()
const { backend } = libc
const allocate = (bytes: number): NativeMemory => NativeMemory.allocate(backend, bytes)

test("each message gets its full room back, whatever the last read left", () => {
  const batch = new ControlBatch(backend, 3)
  batch.reset()
  new Uint8Array(batch.headers.buffer).subarray(40, 56).fill(0)
  batch.reset()
  assert.deepEqual([0, 1, 2].map((i) => batch.controlLength(i)), Array(3).fill(controlBytes))
  assert.deepEqual([0, 1, 2].map((i) => batch.flags(i)), [0, 0, 0])
})

test("the error queue gives whole notifications after a read that brought no control data", async () => {
  const server = createServer((socket) => void socket.on("error", () => {}).write("something"))
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const fd = libc.socket(linux.AF_INET, linux.SOCK_STREAM | linux.SOCK_CLOEXEC, 0)
  const name = allocate(sockaddrInBytes)
  const { port } = server.address() as AddressInfo
  writeSockaddr(name.buffer, { family: 4, address: "127.0.0.1", port, scope: 0 })
  assert.equal(libc.connect(fd, name, sockaddrInBytes), 0)
  const on = allocate(4)
  new Int32Array(on.buffer)[0] = 1
  assert.equal(libc.setsockopt(fd, linux.SOL_SOCKET, linux.SO_ZEROCOPY, on), 0)
  const iovecs = new IovecArray(allocate(iovecBytes))
  iovecs.set(0, allocate(1000), 0, 1000)
  const header = new MessageHeader(allocate(msghdrBytes), iovecs.memory.address)
  assert.equal(libc.sendmsg(fd, header, iovecs, 1, linux.MSG_ZEROCOPY), 1000)

  const batch = new ControlBatch(backend, 2)
  assert.ok(await some(() => libc.recvmmsg(fd, batch, linux.MSG_DONTWAIT)) > 0)
  assert.equal(batch.controlLength(0), 0)
  const errqueue = linux.MSG_ERRQUEUE | linux.MSG_DONTWAIT
  assert.equal(await some(() => libc.recvmmsg(fd, batch, errqueue)), 1)
  const notifications = new NotificationBatch(10)
  decodeControl(new DataView(batch.control.buffer), 0, batch.controlLength(0), notifications)
  assert.equal(notifications.count, 1)
  assert.equal(batch.flags(0) & linux.MSG_CTRUNC, 0)
  libc.close(fd)
  server.close()
  await once(server, "close")
})

/** Calls until something is there. */
async function some(call: () => number): Promise<number> {
  for (let i = 0; i < 1000; i++) {
    const n = call()
    if (n > 0) return n
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  return 0
}
