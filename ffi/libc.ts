import process from "node:process"
import { eventBytes } from "./abi/epoll_event.ts"
import { AT_EMPTY_PATH } from "./constants.ts"
import type { ControlBatch, MessageHeader } from "./abi/msghdr.ts"
import type { Address, Backend, Calls } from "./runtime/backend.ts"
import { backend as currentBackend } from "./runtime/select.ts"
import type { IovecArray } from "./abi/iovec.ts"
import { statxBytes } from "./abi/statx.ts"
import { checkRange, NativeMemory, type Region } from "./memory.ts"
import { allPrototypes, libcPrototypes, syscallPrototype } from "./prototypes.ts"

/**
 * libc, one method for each function.
 *
 * Every method returns `n >= 0`, or `-errno` if the call failed. There are no retries and no policy, and
 * exceptions only for lengths that do not fit their memory. A method that takes memory checks the length
 * against it before libc sees either.
 */
export class Libc {
  readonly backend: Backend
  readonly #calls: Calls<typeof libcPrototypes>
  readonly #syscall: Calls<typeof syscallPrototype>["syscall"]
  readonly #errno: () => number
  readonly #null: Address
  readonly #scratch: NativeMemory

  constructor(backend: Backend) {
    this.backend = backend
    this.#calls = backend.load(libraries, libcPrototypes)
    this.#syscall = backend.load(libraries, syscallPrototype).syscall
    this.#errno = backend.errnoReader(libraries)
    this.#null = backend.nullAddress
    this.#scratch = NativeMemory.allocate(backend, 16)
  }

  socket(domain: number, type: number, protocol: number): number {
    return this.#result(this.#calls.socket(domain, type, protocol))
  }

  /** `length` bytes of `name` are a `struct sockaddr`. */
  bind(fd: number, name: NativeMemory, length: number): number {
    name.check(0, length)
    return this.#result(this.#calls.bind(fd, name.address, length))
  }

  listen(fd: number, backlog: number): number {
    return this.#result(this.#calls.listen(fd, backlog))
  }

  /** Does not fetch the peer's name; `getpeername` does. */
  accept4(fd: number, flags: number): number {
    return this.#result(this.#calls.accept4(fd, this.#null, this.#null, flags))
  }

  connect(fd: number, name: NativeMemory, length: number): number {
    name.check(0, length)
    return this.#result(this.#calls.connect(fd, name.address, length))
  }

  /** Writes a `struct sockaddr` into `name` and returns its length, even if it is longer than `name`. */
  getsockname(fd: number, name: NativeMemory): number {
    const length = this.#length(name.buffer.byteLength)
    const n = this.#calls.getsockname(fd, name.address, length)
    return n < 0 ? this.#result(n) : new Uint32Array(this.#scratch.buffer)[0]
  }

  /** The same of the peer. */
  getpeername(fd: number, name: NativeMemory): number {
    const length = this.#length(name.buffer.byteLength)
    const n = this.#calls.getpeername(fd, name.address, length)
    return n < 0 ? this.#result(n) : new Uint32Array(this.#scratch.buffer)[0]
  }

  /** Fills `value` and returns how many bytes were written. */
  getsockopt(fd: number, level: number, option: number, value: NativeMemory): number {
    const length = this.#length(value.buffer.byteLength)
    const n = this.#calls.getsockopt(fd, level, option, value.address, length)
    return n < 0 ? this.#result(n) : new Uint32Array(this.#scratch.buffer)[0]
  }

  setsockopt(fd: number, level: number, option: number, value: NativeMemory): number {
    const length = value.buffer.byteLength
    return this.#result(this.#calls.setsockopt(fd, level, option, value.address, length))
  }

  send(fd: number, memory: NativeMemory, offset: number, length: number, flags: number): number {
    memory.check(offset, length)
    const { address } = memory
    const start = offset === 0 ? address : this.backend.advance(address, offset)
    return this.#result(this.#calls.send(fd, start, length, flags))
  }

  recv(fd: number, memory: NativeMemory, offset: number, length: number, flags: number): number {
    memory.check(offset, length)
    const { address } = memory
    const start = offset === 0 ? address : this.backend.advance(address, offset)
    return this.#result(this.#calls.recv(fd, start, length, flags))
  }

  /** Sends the first `count` elements of `iovecs`; `header` must have been created over them. */
  sendmsg(
    fd: number,
    header: MessageHeader,
    iovecs: IovecArray,
    count: number,
    flags: number,
  ): number {
    checkCount(iovecs, count)
    header.setCount(count)
    return this.#result(this.#calls.sendmsg(fd, header.memory.address, flags))
  }

  /** Receives into the memory that the first `count` elements of `iovecs` point to. */
  recvmsg(
    fd: number,
    header: MessageHeader,
    iovecs: IovecArray,
    count: number,
    flags: number,
  ): number {
    checkCount(iovecs, count)
    header.setCount(count)
    return this.#result(this.#calls.recvmsg(fd, header.memory.address, flags))
  }

  /** Receives control data into `batch`, and returns the number of messages. */
  recvmmsg(fd: number, batch: ControlBatch, flags: number): number {
    batch.reset()
    return this.#result(
      this.#calls.recvmmsg(fd, batch.headers.address, batch.capacity, flags, this.#null),
    )
  }

  /** `name` has the bytes of a name and a final zero byte. libc returns 0 on failure. */
  if_nametoindex(name: NativeMemory): number {
    name.check(0, 1)
    const bytes = new Uint8Array(name.buffer)
    if (bytes.at(-1) !== 0) {
      throw new RangeError("Cannot look up a name without a final zero byte")
    }
    const index = this.#calls.if_nametoindex(name.address)
    return index === 0 ? -this.#errno() : index
  }

  shutdown(fd: number, how: number): number {
    return this.#result(this.#calls.shutdown(fd, how))
  }

  close(fd: number): number {
    return this.#result(this.#calls.close(fd))
  }

  /** Makes the number `fd` refer to the file of `source`, and closes its previous file. */
  dup3(source: number, fd: number, flags: number): number {
    return this.#result(this.#calls.dup3(source, fd, flags))
  }

  fcntl(fd: number, command: number, argument: number): number {
    return this.#result(this.#calls.fcntl(fd, command, argument))
  }

  /** `argument` is what the request reads or writes. Its size depends on the request. */
  ioctl(fd: number, request: number, argument: NativeMemory): number {
    argument.check(0, 1)
    return this.#result(this.#calls.ioctl(fd, request, argument.address))
  }

  /** `path` has the bytes of a path and a final zero byte. */
  open(path: NativeMemory, flags: number): number {
    path.check(0, 1)
    const bytes = new Uint8Array(path.buffer)
    if (bytes.at(-1) !== 0) throw new RangeError("Cannot open a path without a final zero byte")
    return this.#result(this.#calls.open(path.address, flags, 0))
  }

  /** Writes what the symbolic link `path` says into `target`, without a closing zero byte. */
  readlink(path: NativeMemory, target: NativeMemory): number {
    path.check(0, 1)
    const bytes = new Uint8Array(path.buffer)
    if (bytes.at(-1) !== 0) throw new RangeError("Cannot read a link without a closing zero byte")
    target.check(0, 1)
    const room = target.buffer.byteLength
    return this.#result(this.#calls.readlink(path.address, target.address, room))
  }

  /** `offset` is an `off_t` that the call reads and advances. */
  sendfile(out: number, from: number, offset: NativeMemory, count: number): number {
    offset.check(0, 8)
    return this.#result(this.#calls.sendfile(out, from, offset.address, count))
  }

  /** Writes the file descriptors of both ends into `ends`, as two ints, the reading end first. */
  pipe2(ends: NativeMemory, flags: number): number {
    ends.check(0, 8)
    return this.#result(this.#calls.pipe2(ends.address, flags))
  }

  /** At least one of the two must be a pipe. No offsets are passed. */
  splice(from: number, to: number, count: number, flags: number): number {
    return this.#result(this.#calls.splice(from, this.#null, to, this.#null, count, flags))
  }

  read(fd: number, memory: NativeMemory, offset: number, length: number): number {
    memory.check(offset, length)
    const start = this.backend.advance(memory.address, offset)
    return this.#result(this.#calls.read(fd, start, length))
  }

  /** `position` is where in the file to read, whatever its own position is. */
  pread(
    fd: number,
    memory: NativeMemory,
    offset: number,
    length: number,
    position: number,
  ): number {
    memory.check(offset, length)
    const start = this.backend.advance(memory.address, offset)
    return this.#result(this.#calls.pread(fd, start, length, position))
  }

  /** Writes a `struct statx` of the file of `fd` into `status`. */
  statx(fd: number, mask: number, status: NativeMemory): number {
    status.check(0, statxBytes)
    new Uint8Array(this.#scratch.buffer)[0] = 0
    return this.#result(
      this.#calls.statx(fd, this.#scratch.address, AT_EMPTY_PATH, mask, status.address),
    )
  }

  /**
   * `cachestat(2)`, which libc does not wrap: writes a `struct cachestat` of the pages in `range`, a
   * `struct cachestat_range`, into `statistics`.
   */
  cachestat(fd: number, range: NativeMemory, statistics: NativeMemory): number {
    range.check(0, 16)
    statistics.check(0, 40)
    return this.#result(
      this.#syscall(SYS_cachestat, fd, range.address, statistics.address, 0),
    )
  }

  /**
   * `openat2(2)`, which libc does not wrap, from the working directory. `path` has the bytes of a path and a
   * zero byte; `how` is a `struct open_how`.
   */
  openat2(path: NativeMemory, how: NativeMemory): number {
    path.check(0, 1)
    how.check(0, openHowBytes)
    if (!new Uint8Array(path.buffer).includes(0)) {
      throw new RangeError("Cannot open a path without a final zero byte")
    }
    return this.#result(
      this.#syscall(SYS_openat2, AT_FDCWD, path.address, how.address, openHowBytes),
    )
  }

  epoll_create1(flags: number): number {
    return this.#result(this.#calls.epoll_create1(flags))
  }

  /** `event` is a `struct epoll_event`. */
  epoll_ctl(epoll: number, operation: number, fd: number, event: NativeMemory): number {
    event.check(0, eventBytes)
    return this.#result(this.#calls.epoll_ctl(epoll, operation, fd, event.address))
  }

  /** `events` has room for `max` entries of `struct epoll_event`, each of `eventBytes`. */
  epoll_wait(
    epoll: number,
    events: NativeMemory,
    max: number,
    eventBytes: number,
    timeout: number,
  ): number {
    events.check(0, max * eventBytes)
    return this.#result(this.#calls.epoll_wait(epoll, events.address, max, timeout))
  }

  eventfd(initial: number, flags: number): number {
    return this.#result(this.#calls.eventfd(initial, flags))
  }

  eventfd_write(fd: number, value: number): number {
    return this.#result(this.#calls.eventfd_write(fd, value))
  }

  /**
   * Maps `length` bytes of `fd` (-1 for anonymous memory) at `offset`, at an address that the kernel
   * chooses. Returns the mapping, or `-errno`. The caller must unmap it: the garbage collector does not.
   */
  mmap(
    length: number,
    protection: number,
    flags: number,
    fd: number,
    offset: number,
  ): Region | number {
    const address = this.#calls.mmap(this.#null, length, protection, flags, fd, offset)
    // MAP_FAILED is (void *) -1, which each runtime represents differently.
    if (BigInt.asIntN(64, BigInt(address as number | bigint)) === -1n) return -this.#errno()
    return { address, byteLength: length }
  }

  /** Nothing may touch the region afterwards: an ArrayBuffer over it points to unmapped memory. */
  munmap(region: Region): number {
    return this.#result(this.#calls.munmap(region.address, region.byteLength))
  }

  madvise(region: Region, offset: number, length: number, advice: number): number {
    checkRange(region, offset, length)
    const start = this.backend.advance(region.address, offset)
    return this.#result(this.#calls.madvise(start, length, advice))
  }

  mprotect(memory: NativeMemory, offset: number, length: number, protection: number): number {
    memory.check(offset, length)
    const start = this.backend.advance(memory.address, offset)
    return this.#result(this.#calls.mprotect(start, length, protection))
  }

  /** Returns a system value, below 2³¹. */
  sysconf(name: number): number {
    return this.#result(this.#calls.sysconf(name))
  }

  /** Writes a `struct rlimit`, two 64-bit words, into `limit`. */
  getrlimit(resource: number, limit: NativeMemory): number {
    limit.check(0, 16)
    return this.#result(this.#calls.getrlimit(resource, limit.address))
  }

  /**
   * `header` is a `struct __user_cap_header_struct`. `data` receives two of `struct
   * __user_cap_data_struct`, as in version 3 of the call.
   */
  capget(header: NativeMemory, data: NativeMemory): number {
    header.check(0, 8)
    data.check(0, 24)
    return this.#result(this.#calls.capget(header.address, data.address))
  }

  /** `limit` is two 64-bit words, the soft limit first. */
  setrlimit(resource: number, limit: NativeMemory): number {
    limit.check(0, 16)
    return this.#result(this.#calls.prlimit(0, resource, limit.address, this.#null))
  }

  sched_setaffinity(pid: number, mask: NativeMemory): number {
    return this.#result(
      this.#calls.sched_setaffinity(pid, mask.buffer.byteLength, mask.address),
    )
  }

  setns(fd: number, type: number): number {
    return this.#result(this.#calls.setns(fd, type))
  }

  unshare(flags: number): number {
    return this.#result(this.#calls.unshare(flags))
  }

  /**
   * `io_uring_setup(2)`, which libc does not wrap: opens a ring with `entries` entries. `parameters` is a
   * `struct io_uring_params`.
   */
  io_uring_setup(entries: number, parameters: NativeMemory): number {
    parameters.check(0, 120)
    return this.#result(this.#calls.syscall(SYS_io_uring_setup, entries, parameters.address, 0))
  }

  /** `bpf(2)`, which libc does not wrap. `attributes` is a `union bpf_attr`. */
  bpf(number: number, command: number, attributes: NativeMemory): number {
    return this.#result(
      this.#calls.syscall(number, command, attributes.address, attributes.buffer.byteLength),
    )
  }

  /** errno belongs to the thread, so it must be read before anything else is called. */
  #result(n: number): number {
    return n < 0 ? -this.#errno() : n
  }

  #length(bytes: number): Address {
    new Uint32Array(this.#scratch.buffer)[0] = bytes
    return this.#scratch.address
  }
}

/** The same number on every architecture, since Linux 6.5. */
const SYS_cachestat = 451
/** The same number on every architecture, since Linux 5.6. */
const SYS_openat2 = 437
/** Stands for the working directory (include/uapi/linux/fcntl.h). */
const AT_FDCWD = -100
/** sizeof(struct open_how) (include/uapi/linux/openat2.h). */
const openHowBytes = 24
/** The same number on every architecture, since Linux 5.1. */
const SYS_io_uring_setup = 425

function checkCount(iovecs: IovecArray, count: number): void {
  if (count >= 0 && count <= iovecs.capacity) return
  throw new RangeError(`Cannot use ${count} elements of an iovec array of ${iovecs.capacity}`)
}

/**
 * Where libc may be: a soname for the dynamic linker, and absolute paths for a Deno with `--allow-ffi`
 * for one path.
 */
export const libraries: readonly string[] = [
  "libc.so.6",
  ...(process.arch === "arm64"
    ? ["/lib/aarch64-linux-gnu/libc.so.6", "/lib/libc.musl-aarch64.so.1"]
    : ["/lib/x86_64-linux-gnu/libc.so.6", "/lib/libc.musl-x86_64.so.1"]),
  "/lib64/libc.so.6",
  "/usr/lib/libc.so.6",
]

let loaded: Libc | undefined

/**
 * libc, loaded on first use.
 *
 * @throws {Error} if the runtime, the platform or a missing permission makes that impossible; the message
 * names the cure.
 */
export function libc(): Libc {
  return loaded ??= load()
}

/** libc if somebody has used it before: nothing is opened, and nobody is asked for a permission. */
export const usedLibc = (): Libc | undefined => loaded

function load(): Libc {
  const backend = currentBackend()
  const obstacle = obstacleIn(backend)
  if (obstacle !== undefined) throw new Error(`Cannot call Linux's libc: ${obstacle}`)
  return new Libc(backend)
}

/** Why there is no libc, as far as that is known without opening it. */
function obstacleIn(backend: Pick<Backend, "permits">): string | undefined {
  if (process.platform !== "linux") return `this is ${process.platform}`
  const variable = "ZEROWIRE_LIBC"
  const pretends = backend.permits({ name: "env", variable }) &&
    process.env[variable] === "missing"
  return pretends ? `${variable} says that it is missing` : undefined
}

/**
 * Opens libc now, if that is already permitted and opening it later would be noticed; see
 * `Backend.preload`. Never fails: the first use of libc reports the error.
 */
export function preload(): void {
  try {
    const backend = currentBackend()
    if (obstacleIn(backend) === undefined) backend.preload(libraries, allPrototypes)
  } catch {
    // Neither runtime.
  }
}
