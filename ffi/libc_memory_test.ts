import assert from "node:assert/strict"
import { test } from "node:test"
import { allocate, FIONREAD, libc, path, vector } from "../test/libc_memory.ts"
import { eventBytes } from "./abi/epoll_event.ts"
import { IovecArray } from "./abi/iovec.ts"
import { MessageHeader, msghdrBytes } from "./abi/msghdr.ts"
import { sockaddrInBytes } from "./abi/sockaddr.ts"
import * as linux from "./constants.ts"
import { errno } from "./errno.ts"
import type { NativeMemory } from "./memory.ts"

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
