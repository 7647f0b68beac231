import assert from "node:assert/strict"
import { test } from "node:test"
import { allocate, FIONREAD, ipv4, libc, path, receive, send } from "../test/libc_memory.ts"
import { eventBytes } from "./abi/epoll_event.ts"
import { IovecArray } from "./abi/iovec.ts"
import { ControlBatch } from "./abi/msghdr.ts"
import { sockaddrInBytes } from "./abi/sockaddr.ts"
import { statxBytes } from "./abi/statx.ts"
import * as linux from "./constants.ts"
import { errno, errnoName } from "./errno.ts"
import { Libc } from "./libc.ts"
import { LoadedLibc } from "./libc/loaded.ts"
import { NativeMemory } from "./memory.ts"

const { backend } = libc

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

/** Memory at an address at which no page starts. */
function unaligned(): NativeMemory {
  const memory = allocate(64)
  const isAligned = BigInt(memory.address as number | bigint) % 4096n === 0n
  return isAligned ? new NativeMemory(memory.buffer, backend.advance(memory.address, 8)) : memory
}
