import assert from "node:assert/strict"
import { test } from "node:test"
import { allocate, FIONREAD, ipv4, libc, path, receive, send } from "../test/libc_memory.ts"
import { eventBytes, eventDataOffset, writeEvent } from "./abi/epoll_event.ts"
import { ControlBatch } from "./abi/msghdr.ts"
import { readSockaddr, sockaddrInBytes } from "./abi/sockaddr.ts"
import * as linux from "./constants.ts"
import { errno } from "./errno.ts"
import { NativeMemory } from "./memory.ts"

const { backend } = libc

test("a connection over loopback: every call returns what it did", async () => {
  const listener = libc.socket(linux.AF_INET, linux.SOCK_STREAM | linux.SOCK_CLOEXEC, 0)
  assert.ok(listener >= 0)
  const name = ipv4(0)
  assert.equal(libc.bind(listener, name, sockaddrInBytes), 0)
  assert.equal(libc.listen(listener, 5), 0)
  assert.equal(libc.getsockname(listener, name), sockaddrInBytes)
  const address = readSockaddr(new DataView(name.buffer))
  assert.equal(address?.address, "127.0.0.1")

  const client = libc.socket(linux.AF_INET, linux.SOCK_STREAM | linux.SOCK_CLOEXEC, 0)
  assert.equal(libc.connect(client, ipv4(address.port), sockaddrInBytes), 0)
  const server = libc.accept4(listener, linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC)
  assert.ok(server > 0)
  assert.equal(libc.getpeername(client, name), sockaddrInBytes)
  assert.equal(readSockaddr(new DataView(name.buffer))?.port, address.port)
  assert.equal(libc.fcntl(server, linux.F_GETFD, 0), linux.FD_CLOEXEC)

  const value = allocate(4)
  assert.equal(libc.getsockopt(client, linux.SOL_SOCKET, linux.SO_TYPE, value), 4)
  assert.equal(new Int32Array(value.buffer)[0], linux.SOCK_STREAM)
  new Int32Array(value.buffer)[0] = 1
  assert.equal(libc.setsockopt(client, linux.IPPROTO_TCP, linux.TCP_NODELAY, value), 0)

  const sent = allocate(100)
  new Uint8Array(sent.buffer).forEach((_, i, bytes) => bytes[i] = i)
  assert.equal(send(client, sent), 100)
  assert.equal(libc.shutdown(client, linux.SHUT_WR), 0)
  const received = allocate(200)
  for (let i = 0; receive(server, received, linux.MSG_PEEK) < 100; i++) {
    assert.ok(i < 1000)
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  assert.equal(libc.ioctl(server, FIONREAD, value), 0)
  assert.equal(new Int32Array(value.buffer)[0], 100)
  assert.equal(receive(server, received), 100)
  assert.deepEqual(new Uint8Array(received.buffer, 0, 100), new Uint8Array(sent.buffer))
  assert.equal(libc.recvmmsg(server, new ControlBatch(backend, 2), errqueue), -errno.EAGAIN)
  for (const fd of [client, server, listener]) assert.equal(libc.close(fd), 0)
})

test("an eventfd wakes an epoll instance, and the tag comes back", () => {
  const epoll = libc.epoll_create1(linux.EPOLL_CLOEXEC)
  const eventfd = libc.eventfd(0, linux.EPOLL_CLOEXEC)
  const event = allocate(eventBytes)
  writeEvent(event.buffer, linux.EPOLLIN | linux.EPOLLET, 0xfedc_ba98)
  assert.equal(libc.epoll_ctl(epoll, linux.EPOLL_CTL_ADD, eventfd, event), 0)
  const events = allocate(2 * eventBytes)
  assert.equal(libc.epoll_wait(epoll, events, 2, eventBytes, 0), 0)
  assert.equal(libc.eventfd_write(eventfd, 1), 0)
  assert.equal(libc.epoll_wait(epoll, events, 2, eventBytes, 0), 1)
  const view = new DataView(events.buffer)
  assert.equal(view.getUint32(0, true), linux.EPOLLIN)
  assert.equal(view.getUint32(eventDataOffset, true), 0xfedc_ba98)
  for (const fd of [epoll, eventfd]) assert.equal(libc.close(fd), 0)
})

test("a mapping is page-aligned, readable and writable, and can be unmapped", () => {
  const flags = linux.MAP_PRIVATE | linux.MAP_ANONYMOUS
  const region = libc.mmap(8192, linux.PROT_READ | linux.PROT_WRITE, flags, -1, 0)
  assert.ok(typeof region !== "number")
  const memory = new NativeMemory(libc.backend.alias(region.address, 8192), region.address)
  assert.equal(BigInt(memory.address as number | bigint) % 4096n, 0n)
  const bytes = new Uint8Array(memory.buffer)
  assert.equal(bytes.byteLength, 8192)
  bytes.fill(7)
  assert.equal(bytes[8191], 7)
  assert.equal(libc.madvise(memory, 4096, 4096, linux.MADV_DONTFORK), 0)
  assert.equal(libc.mprotect(memory, 4096, 4096, linux.PROT_READ), 0)
  assert.throws(() => libc.madvise(region, 4096, 4097, linux.MADV_DONTFORK), RangeError)
  assert.equal(libc.munmap(region), 0)
})

test("the machine has pages of some size", () => {
  assert.ok(libc.sysconf(linux._SC_PAGESIZE) >= 4096)
  assert.ok(libc.sysconf(linux._SC_PHYS_PAGES) > 1000)
})

test("a limit can be read, and set to what it is", () => {
  const limit = allocate(16)
  assert.equal(libc.getrlimit(linux.RLIMIT_NOFILE, limit), 0)
  assert.ok(new BigUint64Array(limit.buffer)[0] > 0n)
  assert.equal(libc.setrlimit(linux.RLIMIT_NOFILE, limit), 0)
})

test("a file can be opened, and sending it to something that is not a socket returns an errno", () => {
  const fd = libc.open(path("/dev/null"), linux.O_RDONLY | linux.O_CLOEXEC)
  assert.ok(fd >= 0)
  assert.ok(libc.sendfile(fd, fd, allocate(8), 1) < 0)
  assert.equal(libc.close(fd), 0)
})

test("bytes go through a pipe, and from one pipe to another", () => {
  const [first, second] = [0, 1].map(() => {
    const ends = allocate(8)
    assert.equal(libc.pipe2(ends, linux.O_NONBLOCK | linux.O_CLOEXEC), 0)
    const [readEnd, writeEnd] = new Int32Array(ends.buffer)
    return { readEnd, writeEnd }
  })
  const flags = linux.SPLICE_F_MOVE | linux.SPLICE_F_NONBLOCK
  assert.equal(libc.splice(first.readEnd, second.writeEnd, 10, flags), -errno.EAGAIN)
  const zeros = libc.open(path("/dev/zero"), linux.O_RDONLY | linux.O_CLOEXEC)
  assert.equal(libc.splice(zeros, first.writeEnd, 7, flags), 7)
  assert.equal(libc.splice(first.readEnd, second.writeEnd, 10, flags), 7)
  const memory = allocate(10)
  const bytes = new Uint8Array(memory.buffer).fill(1)
  assert.equal(libc.read(second.readEnd, memory, 2, 8), 7)
  assert.deepEqual([...bytes], [1, 1, 0, 0, 0, 0, 0, 0, 0, 1])
  assert.equal(libc.fcntl(second.writeEnd, linux.F_SETPIPE_SZ, 8192), 8192)
  assert.equal(libc.fcntl(second.writeEnd, linux.F_GETPIPE_SZ, 0), 8192)
  const all = [first.readEnd, first.writeEnd, second.readEnd, second.writeEnd, zeros]
  for (const fd of all) assert.equal(libc.close(fd), 0)
})

const errqueue = linux.MSG_ERRQUEUE | linux.MSG_DONTWAIT
