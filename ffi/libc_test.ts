import assert from "node:assert/strict"
import { test } from "node:test"
import { eventBytes, eventDataOffset, writeEvent } from "./abi/epoll_event.ts"
import { IovecArray, iovecBytes } from "./abi/iovec.ts"
import { ControlBatch, MessageHeader, msghdrBytes } from "./abi/msghdr.ts"
import { readSockaddr, sockaddrIn6Bytes, sockaddrInBytes, writeSockaddr } from "./abi/sockaddr.ts"
import { statxBytes } from "./abi/statx.ts"
import * as linux from "./constants.ts"
import { errno, errnoName } from "./errno.ts"
import { Libc, libc as loaded } from "./libc.ts"
import { LoadedLibc } from "./libc/loaded.ts"
import { NativeMemory } from "./memory.ts"

const libc = loaded()
const { backend } = libc
const allocate = (bytes: number): NativeMemory => NativeMemory.allocate(backend, bytes)

/** A failing call of each wrapper, and its errno. */
const failures: Readonly<Record<string, readonly [call: () => number, errno: number]>> = {
  socket: [() => libc.socket(-1, linux.SOCK_STREAM, 0), errno.EAFNOSUPPORT],
  bind: [() => libc.bind(-1, ipv4(0), sockaddrInBytes), errno.EBADF],
  listen: [() => libc.listen(-1, 1), errno.EBADF],
  accept4: [() => libc.accept4(-1, 0), errno.EBADF],
  connect: [() => libc.connect(-1, ipv4(1), sockaddrInBytes), errno.EBADF],
  getsockname: [() => libc.getsockname(-1, allocate(28)), errno.EBADF],
  getpeername: [() => libc.getpeername(-1, allocate(28)), errno.EBADF],
  getsockopt: [() => libc.getsockopt(-1, 1, 4, allocate(4)), errno.EBADF],
  setsockopt: [() => libc.setsockopt(-1, 1, 2, allocate(4)), errno.EBADF],
  sendmsg: [() => send(-1, allocate(1)), errno.EBADF],
  send: [() => libc.send(-1, allocate(1), 0, 1, 0), errno.EBADF],
  recv: [() => libc.recv(-1, allocate(1), 0, 1, 0), errno.EBADF],
  recvmsg: [() => receive(-1, allocate(1)), errno.EBADF],
  recvmmsg: [() => libc.recvmmsg(-1, new ControlBatch(backend, 2), 0), errno.EBADF],
  shutdown: [() => libc.shutdown(-1, linux.SHUT_WR), errno.EBADF],
  close: [() => libc.close(-1), errno.EBADF],
  dup3: [() => libc.dup3(-1, 100, 0), errno.EBADF],
  fcntl: [() => libc.fcntl(-1, linux.F_GETFL, 0), errno.EBADF],
  ioctl: [() => libc.ioctl(-1, FIONREAD, allocate(4)), errno.EBADF],
  open: [() => libc.open(path("/nowhere/at/all"), linux.O_RDONLY), errno.ENOENT],
  readlink: [() => libc.readlink(path("/nowhere/at/all"), allocate(16)), errno.ENOENT],
  sendfile: [() => libc.sendfile(-1, -1, allocate(8), 1), errno.EBADF],
  // O_DIRECT aside, flags that pipe2(2) does not know.
  pipe2: [() => libc.pipe2(allocate(8), linux.O_WRONLY), errno.EINVAL],
  splice: [() => libc.splice(-1, -1, 1, 0), errno.EBADF],
  openat2: [() => libc.openat2(path("/nowhere/at/all"), allocate(24)), errno.ENOENT],
  preadv2: [() => libc.preadv2(-1, new IovecArray(allocate(16)), 1, 0, 0), errno.EBADF],
  read: [() => libc.read(-1, allocate(8), 0, 8), errno.EBADF],
  statx: [() => libc.statx(-1, linux.STATX_INO, allocate(statxBytes)), errno.EBADF],
  cachestat: [() => libc.cachestat(-1, allocate(16), allocate(40)), errno.EBADF],
  epoll_create1: [() => libc.epoll_create1(1), errno.EINVAL],
  epoll_ctl: [() => libc.epoll_ctl(-1, linux.EPOLL_CTL_ADD, 0, allocate(eventBytes)), errno.EBADF],
  epoll_wait: [() => libc.epoll_wait(-1, allocate(eventBytes), 1, eventBytes, 0), errno.EBADF],
  eventfd: [() => libc.eventfd(0, 1 << 30), errno.EINVAL],
  eventfd_write: [() => libc.eventfd_write(-1, 1), errno.EBADF],
  mmap: [() => libc.mmap(4096, linux.PROT_READ, linux.MAP_PRIVATE, -1, 0) as number, errno.EBADF],
  munmap: [() => libc.munmap(unaligned()), errno.EINVAL],
  madvise: [() => libc.madvise(unaligned(), 0, 1, linux.MADV_DONTFORK), errno.EINVAL],
  mprotect: [() => libc.mprotect(unaligned(), 0, 1, linux.PROT_READ), errno.EINVAL],
  sysconf: [() => libc.sysconf(-1), errno.EINVAL],
  getrlimit: [() => libc.getrlimit(-1, allocate(16)), errno.EINVAL],
  capget: [() => libc.capget(allocate(8), allocate(24)), errno.EINVAL],
  if_nametoindex: [() => libc.if_nametoindex(path("no-such-device")), errno.ENODEV],
  setrlimit: [() => libc.setrlimit(-1, allocate(16)), errno.EINVAL],
  sched_setaffinity: [() => libc.sched_setaffinity(0, allocate(128)), errno.EINVAL],
  setns: [() => libc.setns(-1, 0), errno.EBADF],
  unshare: [() => libc.unshare(1), errno.EINVAL],
  io_uring_setup: [() => libc.io_uring_setup(0, allocate(120)), errno.EINVAL],
  bpf: [() => libc.bpf(-1, 0, allocate(64)), errno.ENOSYS],
}

for (const [name, [call, expected]] of Object.entries(failures)) {
  test(`${name} answers -${errnoName(expected)} when it fails`, () => {
    assert.equal(call(), -expected)
  })
}

test("every wrapper was seen to fail", () => {
  const wrappers: string[] = []
  for (
    let family = Libc.prototype as object;
    family !== LoadedLibc.prototype;
    family = Object.getPrototypeOf(family)
  ) wrappers.push(...Object.getOwnPropertyNames(family).filter((name) => name !== "constructor"))
  assert.deepEqual(wrappers.toSorted(), Object.keys(failures).toSorted())
})

test("errno belongs to the previous call, whatever the runtime does in between", async () => {
  const eventfd = libc.eventfd(0, linux.EPOLL_CLOEXEC)
  const calls = [
    [() => libc.close(-1), errno.EBADF],
    [() => libc.epoll_create1(1), errno.EINVAL],
    [() => libc.listen(eventfd, 1), errno.ENOTSOCK],
  ] as const
  const garbage: unknown[] = []
  for (let i = 0; i < 30_000; i++) {
    const [call, expected] = calls[i % calls.length]
    assert.equal(call(), -expected)
    garbage[i % 100] = new ArrayBuffer(i)
    if (i % 5000 === 0) await new Promise((resolve) => setTimeout(resolve, 1))
  }
  libc.close(eventfd)
})

test("a connection over loopback: every call returns what it did", async () => {
  const listener = libc.socket(linux.AF_INET, linux.SOCK_STREAM | linux.SOCK_CLOEXEC, 0)
  assert.ok(listener >= 0)
  const name = ipv4(0)
  assert.equal(libc.bind(listener, name, sockaddrInBytes), 0)
  assert.equal(libc.listen(listener, 5), 0)
  assert.equal(libc.getsockname(listener, name), sockaddrInBytes)
  const address = readSockaddr(name.buffer)
  assert.equal(address?.address, "127.0.0.1")

  const client = libc.socket(linux.AF_INET, linux.SOCK_STREAM | linux.SOCK_CLOEXEC, 0)
  assert.equal(libc.connect(client, ipv4(address.port), sockaddrInBytes), 0)
  const server = libc.accept4(listener, linux.SOCK_NONBLOCK | linux.SOCK_CLOEXEC)
  assert.ok(server > 0)
  assert.equal(libc.getpeername(client, name), sockaddrInBytes)
  assert.equal(readSockaddr(name.buffer)?.port, address.port)
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

test("a length beyond the memory is refused before libc sees it", () => {
  const header = new MessageHeader(allocate(msghdrBytes), vector([]).memory.address)
  const refused: readonly (() => unknown)[] = [
    () => libc.bind(-1, allocate(8), sockaddrInBytes),
    () => libc.bind(-1, allocate(16), -1),
    () => libc.connect(-1, allocate(15), sockaddrInBytes),
    () => libc.sendmsg(-1, header, vector([]), 2, 0),
    () => libc.sendmsg(-1, header, vector([]), -1, 0),
    () => libc.recvmsg(-1, header, vector([]), 2, 0),
    () => libc.recvmsg(-1, header, vector([]), NaN, 0),
    () => libc.epoll_ctl(-1, linux.EPOLL_CTL_ADD, 0, allocate(eventBytes - 1)),
    () => libc.epoll_wait(-1, allocate(eventBytes), 2, eventBytes, 0),
    () => libc.getrlimit(linux.RLIMIT_NOFILE, allocate(8)),
    () => libc.setrlimit(linux.RLIMIT_NOFILE, allocate(8)),
    () => libc.sendfile(-1, -1, allocate(4), 1),
    () => libc.pipe2(allocate(7), 0),
    () => libc.read(-1, allocate(8), 1, 8),
    () => libc.read(-1, allocate(8), 0, -1),
    () => libc.capget(allocate(7), allocate(24)),
    () => libc.capget(allocate(8), allocate(23)),
    () => libc.if_nametoindex(withoutZero()),
    () => libc.mprotect(allocate(16), 8, 9, linux.PROT_READ),
    () => libc.open(allocate(0), linux.O_RDONLY),
    () => libc.open(withoutZero(), linux.O_RDONLY),
    () => libc.readlink(withoutZero(), allocate(16)),
    () => libc.openat2(withoutZero(), allocate(24)),
    () => libc.openat2(path("/proc/self"), allocate(16)),
    () => libc.preadv2(0, new IovecArray(allocate(16)), 2, 0, 0),
    () => libc.readlink(path("/proc/self"), allocate(0)),
  ]
  for (const call of refused) assert.throws(call, RangeError, String(call))
})

test("memory whose ArrayBuffer was detached is never read or written", () => {
  const refused: readonly (() => unknown)[] = [
    () => libc.bind(-1, detached(), sockaddrInBytes),
    () => libc.connect(-1, detached(), sockaddrInBytes),
    () => libc.ioctl(-1, FIONREAD, detached()),
    () => libc.open(detached(), linux.O_RDONLY),
    () => libc.readlink(detached(), allocate(16)),
    () => libc.readlink(path("/proc/self"), detached()),
    () => libc.sendfile(-1, -1, detached(), 1),
    () => libc.pipe2(detached(), 0),
    () => libc.read(-1, detached(), 0, 1),
    () => libc.epoll_ctl(-1, linux.EPOLL_CTL_ADD, 0, detached()),
    () => libc.epoll_wait(-1, detached(), 1, eventBytes, 0),
    () => libc.getrlimit(linux.RLIMIT_NOFILE, detached()),
    () => libc.setrlimit(linux.RLIMIT_NOFILE, detached()),
    () => vector([detached()], 1),
  ]
  for (const call of refused) assert.throws(call, RangeError, String(call))

  // These take the length from the memory, which has none here.
  const listener = libc.socket(linux.AF_INET, linux.SOCK_STREAM, 0)
  assert.ok(libc.getsockname(listener, detached()) > 0)
  assert.equal(libc.getsockopt(listener, linux.SOL_SOCKET, linux.SO_TYPE, detached()), 0)
  assert.equal(
    libc.setsockopt(listener, linux.SOL_SOCKET, linux.SO_REUSEADDR, detached()),
    -errno.EINVAL,
  )
  assert.equal(libc.close(listener), 0)
})

function ipv4(port: number): NativeMemory {
  const memory = allocate(sockaddrIn6Bytes)
  writeSockaddr(memory.buffer, { family: 4, address: "127.0.0.1", port, scope: 0 })
  return memory
}

function path(text: string): NativeMemory {
  const memory = allocate(text.length + 1)
  new TextEncoder().encodeInto(text, new Uint8Array(memory.buffer))
  return memory
}

function withoutZero(): NativeMemory {
  const memory = allocate(3)
  new Uint8Array(memory.buffer).fill(47)
  return memory
}

function detached(): NativeMemory {
  const memory = allocate(64)
  memory.buffer.transfer()
  return memory
}

/** Memory at an address at which no page starts. */
function unaligned(): NativeMemory {
  const memory = allocate(64)
  const isAligned = BigInt(memory.address as number | bigint) % 4096n === 0n
  return isAligned ? new NativeMemory(memory.buffer, backend.advance(memory.address, 8)) : memory
}

function vector(memories: readonly NativeMemory[], length?: number): IovecArray {
  const iovecs = new IovecArray(allocate(iovecBytes))
  memories.forEach((memory, i) => iovecs.set(i, memory, 0, length ?? memory.buffer.byteLength))
  return iovecs
}

function send(fd: number, memory: NativeMemory): number {
  const iovecs = vector([memory])
  const header = new MessageHeader(allocate(msghdrBytes), iovecs.memory.address)
  return libc.sendmsg(fd, header, iovecs, 1, linux.MSG_NOSIGNAL)
}

function receive(fd: number, memory: NativeMemory, flags = 0): number {
  const iovecs = vector([memory])
  const header = new MessageHeader(allocate(msghdrBytes), iovecs.memory.address)
  return libc.recvmsg(fd, header, iovecs, 1, flags | linux.MSG_DONTWAIT)
}

const errqueue = linux.MSG_ERRQUEUE | linux.MSG_DONTWAIT
const FIONREAD = 0x541b
