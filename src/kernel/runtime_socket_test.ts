import assert from "node:assert/strict"
import { once } from "node:events"
import { connect, createServer } from "node:net"
import { test } from "node:test"
import { eventBytes, writeEvent } from "../../ffi/abi/epoll_event.ts"
import * as linux from "../../ffi/constants.ts"
import { errno } from "../../ffi/errno.ts"
import { libc } from "../../ffi/libc.ts"
import { NativeMemory } from "../../ffi/memory.ts"
import { dial, PlainServer } from "../../test/plain_peer.ts"
import { descriptorOf } from "../../test/runtime_sockets.ts"
import { linuxKernel } from "./linux/kernel.ts"
import { runtimeSockets } from "./runtime_socket.ts"

const sockets = runtimeSockets()
const kernel = linuxKernel()
const stream = linux.SOCK_STREAM

test("a duplicate does not block, is closed on exec, and is the same socket", () => {
  const fd = libc().socket(linux.AF_INET, stream, 0)
  const copy = sockets.duplicate(fd)
  assert.ok(copy >= 3)
  assert.notEqual(copy, fd)
  assert.equal(libc().fcntl(copy, linux.F_GETFL, 0) & linux.O_NONBLOCK, linux.O_NONBLOCK)
  assert.equal(libc().fcntl(copy, linux.F_GETFD, 0), linux.FD_CLOEXEC)
  assert.equal(sockets.identify(copy), sockets.identify(fd))
  sockets.close(copy)
  assert.equal(sockets.identify(copy), undefined)
  sockets.close(fd)
  assert.equal(sockets.duplicate(fd), -errno.EBADF)
})

test("two sockets have two identities, and a file has none", () => {
  const [one, other] = [kernel.socket(4), kernel.socket(4)]
  assert.notEqual(sockets.identify(one), sockets.identify(other))
  const file = libc().eventfd(0, linux.EFD_CLOEXEC)
  assert.equal(sockets.identify(file), undefined)
  for (const fd of [one, other, file]) sockets.close(fd)
})

test("SO_LINGER is restored", () => {
  const fd = kernel.socket(4)
  const before = sockets.linger(fd)
  // On, for 7 seconds.
  assert.equal(sockets.setLinger(fd, 7n << 32n | 1n), 0)
  assert.equal(sockets.linger(fd), 7n << 32n | 1n)
  assert.equal(sockets.setLinger(fd, before), 0)
  // The kernel keeps the seconds of an option that is off.
  assert.equal(BigInt.asUintN(32, before), 0n)
  assert.equal(BigInt.asUintN(32, sockets.linger(fd)), 0n)
  sockets.close(fd)
})

test("the state of a connection is known on both sides", async () => {
  const server = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1")
  await once(server, "listening")
  const { port } = server.address() as { port: number }
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true })
  const [[accepted]] = await Promise.all([once(server, "connection"), once(socket, "connect")])
  const [mine, theirs] = [descriptorOf(socket), descriptorOf(accepted)]
  assert.deepEqual([mine, theirs].map((fd) => sockets.tcpState(fd)), ["established", "established"])
  socket.end()
  await once(accepted.resume(), "end")
  assert.deepEqual([mine, theirs].map((fd) => sockets.tcpState(fd)), ["write-ended", "peer-ended"])
  accepted.end()
  socket.resume()
  await Promise.all([once(socket, "close"), once(accepted, "close")])
  server.close()
})

test("sockets without a connection, and descriptors that are not TCP sockets, have their own states", () => {
  const tcp = kernel.socket(6)
  const udp = libc().socket(linux.AF_INET, linux.SOCK_DGRAM, 0)
  const file = libc().eventfd(0, linux.EFD_CLOEXEC)
  assert.equal(sockets.tcpState(tcp), "unconnected")
  for (const fd of [udp, file, -1]) assert.equal(sockets.tcpState(fd), "none")
  for (const fd of [tcp, udp, file]) sockets.close(fd)
})

test("a connection is found by its addresses, in plain or v4-mapped form, and by no others", async () => {
  await using server = await PlainServer.open()
  const socket = await dial(server.port)
  const address = (port: number, text = "127.0.0.1") =>
    ({ family: text.includes(":") ? 6 : 4, address: text, port, scope: 0 }) as const
  const { localPort = 0, remotePort = 0 } = socket
  const find = (local: number, peer: number, text?: string) =>
    sockets.find(address(local, text), address(peer, text), () => true)
  const fd = find(localPort, remotePort)
  assert.ok(fd !== undefined && fd >= 3)
  assert.equal(find(localPort, remotePort, "::ffff:127.0.0.1"), fd)
  assert.notEqual(find(remotePort, localPort), fd)
  assert.equal(find(localPort, remotePort, "127.0.0.2"), undefined)
  assert.equal(find(localPort, remotePort, "::1"), undefined)
  assert.equal(find(localPort, 1), undefined)
  assert.equal(sockets.find(address(localPort), address(remotePort), () => false), undefined)
  socket.destroy()
})

test("a replaced socket still exists through its duplicate, and its owner can close it as usual", () => {
  const epoll = libc().epoll_create1(linux.EPOLL_CLOEXEC)
  const event = NativeMemory.allocate(libc().backend, eventBytes)
  const fd = kernel.socket(4)
  assert.equal(sockets.replace(fd), -errno.ENOENT)

  writeEvent(event.buffer, linux.EPOLLIN | linux.EPOLLOUT, 7)
  assert.equal(libc().epoll_ctl(epoll, linux.EPOLL_CTL_ADD, fd, event), 0)
  const copy = sockets.duplicate(fd)
  const identity = sockets.identify(copy)
  assert.equal(sockets.replace(fd), 0)
  assert.equal(sockets.identify(fd), undefined)
  assert.equal(sockets.identify(copy), identity)
  // A socket without a connection reports a hang-up for ever; its stand-in reports nothing.
  const events = NativeMemory.allocate(libc().backend, 4 * eventBytes)
  assert.equal(libc().epoll_wait(epoll, events, 4, eventBytes, 0), 0)
  assert.equal(libc().epoll_ctl(epoll, linux.EPOLL_CTL_DEL, fd, event), 0)
  for (const each of [fd, copy, epoll]) assert.equal(sockets.close(each), 0)
})
