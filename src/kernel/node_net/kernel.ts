/**
 * The kernel port over the runtime's own `node:net`, for systems without Linux's libc: everything goes by
 * copy, and every system has it. Loaded on demand.
 *
 * @module
 */
import {
  type Courier,
  errno,
  type InetAddress,
  type IsolateEnd,
  type Kernel,
  type Memory,
  type PinLimits,
  type Poller,
  type SocketAddress,
  type SocketOption,
  type Vector,
} from "../port.ts"
import { NetConnection } from "./connection.ts"
import type { NetFile } from "./file.ts"
import { bytesOf, heapMemory, type HeapVector } from "./heap_memory.ts"
import { KeepAlive } from "./keep_alive.ts"
import { NetListener } from "./listener.ts"
import { NetPoller } from "./poller.ts"

/** A socket that is to be a listener when its backlog is known. */
interface Bound {
  readonly address: InetAddress
  readonly options: Map<SocketOption, number>
}

class NodeNetKernel implements Kernel {
  readonly zerocopy = false
  readonly acknowledges = false
  readonly pinLimits: PinLimits = { memlockBytes: 0, optmemBytes: 0, machineBytes: 0 }
  /** The runtime has a copy of everything that is under way. */
  readonly isolateEnd: IsolateEnd = "process"
  readonly relays = false
  readonly mapsOutsideHeap = false
  readonly errorReads = 1
  readonly memoryOf = heapMemory.memoryOf
  readonly map = heapMemory.map
  readonly unmap = heapMemory.unmap
  readonly discard = heapMemory.discard
  readonly protect = heapMemory.protect
  readonly rebind = heapMemory.rebind
  readonly vector = heapMemory.vector
  readonly #alive = new KeepAlive()
  readonly #files = new Map<number, NetFile>()
  readonly #options = new Map<number, Map<SocketOption, number>>()
  readonly #bound = new Map<number, Bound>()
  /** No number is used twice, so a late event can reach nobody else. */
  #next = 1

  socket(family: SocketAddress["family"]): number {
    if (family === "unix") return -errno.EAFNOSUPPORT
    return this.#open(new NetConnection(this.#alive))
  }

  bind(fd: number, address: SocketAddress): number {
    if (address.family === "unix") return -errno.EAFNOSUPPORT
    if (!this.#files.has(fd)) return -errno.EBADF
    this.#bound.set(fd, { address, options: this.#options.get(fd) ?? new Map() })
    return 0
  }

  listen(fd: number, backlog: number): number {
    const bound = this.#bound.get(fd)
    if (bound === undefined) return -errno.EINVAL
    this.#bound.delete(fd)
    this.#files.set(fd, new NetListener(bound.address, backlog, bound.options, this.#alive))
    return 0
  }

  listening(fd: number): Promise<number> | undefined {
    const listener = this.#files.get(fd)
    return listener instanceof NetListener ? listener.outcome : undefined
  }

  accept(fd: number): number {
    const listener = this.#files.get(fd)
    if (!(listener instanceof NetListener)) return -errno.EINVAL
    const accepted = listener.accept()
    if (typeof accepted === "number") return accepted
    accepted.start()
    return this.#open(accepted)
  }

  connect(fd: number, address: SocketAddress): number {
    if (address.family === "unix") return -errno.EAFNOSUPPORT
    return this.#on(fd, (connection) => connection.connect(address))
  }

  disconnect(fd: number): number {
    return this.#on(fd, (connection) => connection.disconnect())
  }

  localAddress(fd: number): InetAddress | undefined {
    return this.#files.get(fd)?.local
  }

  peerAddress(fd: number): InetAddress | undefined {
    return this.#files.get(fd)?.peer
  }

  unixPath(): undefined {}

  /** What another program has opened is not a socket of this runtime's. */
  inherit(): number {
    return -errno.EOPNOTSUPP
  }

  closeOnExec(): number {
    return -errno.EOPNOTSUPP
  }

  setOption(fd: number, option: SocketOption, value: number): number {
    const file = this.#files.get(fd)
    if (file === undefined) return -errno.EBADF
    const options = this.#options.get(fd) ?? new Map<SocketOption, number>()
    this.#options.set(fd, options.set(option, value))
    // A listener has it from the beginning.
    return option === "SO_REUSEPORT" ? 0 : file.setOption(option, value)
  }

  getOption(fd: number, option: SocketOption): number {
    return this.#files.get(fd)?.getOption(option) ?? -errno.EBADF
  }

  acknowledgedBytes(fd: number): number {
    return this.#on(fd, (connection) => connection.acknowledgedBytes)
  }

  arrivedBytes(fd: number): number {
    return this.#on(fd, (connection) => connection.arrivedBytes)
  }

  shutdownWrite(fd: number): number {
    return this.#on(fd, (connection) => connection.shutdownWrite())
  }

  close(fd: number): number {
    const file = this.#files.get(fd)
    if (file === undefined) return -errno.EBADF
    this.#files.delete(fd)
    this.#options.delete(fd)
    this.#bound.delete(fd)
    file.close()
    return 0
  }

  resetOnClose(fd: number, reset: boolean): void {
    this.#on(fd, (connection) => {
      connection.resetOnClose(reset)
      return 0
    })
  }

  closeAll(): void {
    for (const fd of [...this.#files.keys()]) this.close(fd)
  }

  send(fd: number, vector: Vector, count: number): number {
    const parts = (vector as HeapVector).elements(count)
    return this.#on(fd, (connection) => connection.send(parts))
  }

  sendBytes(fd: number, memory: Memory, offset: number, length: number): number {
    const bytes = bytesOf(memory, offset, length)
    return this.#on(fd, (connection) => connection.send([bytes]))
  }

  receive(fd: number, memory: Memory, offset: number, length: number): number {
    const bytes = bytesOf(memory, offset, length)
    return this.#on(fd, (connection) => connection.receive(bytes))
  }

  abandonSends(fd: number): number {
    return this.disconnect(fd)
  }

  sendFile(): number {
    return -errno.EOPNOTSUPP
  }

  // Pipes have no descriptors here: a relay reads and writes instead.
  pipe = notHere
  fillPipe = notHere
  drainPipe = notHere
  readPipe = notHere
  cachedPages = notHere
  startWaiting = notHere
  stopWaiting = notHere

  identityOf(): undefined {}

  courier(): Courier {
    throw new Error("Cannot start a courier: nothing waits in a system call without libc")
  }

  firstId(): number {
    return 0
  }

  readErrors(): number {
    return 0
  }

  poller(wake: (failure?: Error) => void): Poller {
    return new NetPoller((fd) => this.#files.get(fd), wake, this.#alive)
  }

  #open(file: NetFile): number {
    const fd = this.#next++
    this.#files.set(fd, file)
    return fd
  }

  #on(fd: number, call: (connection: NetConnection) => number): number {
    const file = this.#files.get(fd)
    if (file === undefined) return -errno.EBADF
    return file instanceof NetConnection ? call(file) : -errno.ENOTSOCK
  }
}

function notHere(): number {
  return -errno.ENOSYS
}

/** A kernel over the sockets of this runtime. */
export const nodeNetKernel = (): Kernel => new NodeNetKernel()
