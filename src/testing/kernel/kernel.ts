import {
  type Courier,
  courierPatience,
  errno,
  type InetAddress,
  type IsolateEnd,
  type Kernel,
  type Mapping,
  type Memory,
  type NotificationBatch,
  type PinLimits,
  type Pipe,
  type Poller,
  type Relayed,
  sendFlags,
  type SocketAddress,
  type SocketOption,
  type Vector,
} from "../../kernel/port.ts"
import type { Network } from "../tcp/network.ts"
import { TcpSocket } from "../tcp/tcp_socket.ts"
import type { World } from "../world/world.ts"
import { FileTable } from "./file_table.ts"
import { MemoryTable, type SimulatedMemory } from "./memory.ts"
import { SimulatedPipe } from "./pipe.ts"
import { SimulatedPoller } from "./poller.ts"
import { getOption, setOption } from "./socket_options.ts"
import { relayWaiting } from "./relay.ts"
import { checkRange, SimulatedVector } from "./vector.ts"
import { sendWaiting } from "./waiting_send.ts"

/** The kernel port, on a network in memory and in virtual time. */
export class SimulatedKernel implements Kernel {
  readonly errorReads = 8
  readonly zerocopy = true
  readonly acknowledges = true
  readonly files: FileTable
  readonly pinLimits: PinLimits
  /** Nothing ends in a simulation, so heap memory may be pinned. */
  isolateEnd: IsolateEnd = "process"
  mapsOutsideHeap = true
  readonly relays = true
  readonly #world: World
  readonly #network: Network
  readonly #memory = new MemoryTable()
  readonly #pollers = new Set<SimulatedPoller>()

  constructor(world: World, network: Network) {
    this.#world = world
    this.#network = network
    this.files = new FileTable(world)
    this.pinLimits = {
      get memlockBytes() {
        return world.limits.ipcLock ? Infinity : world.limits.memlock
      },
      get optmemBytes() {
        return world.limits.optmem
      },
      machineBytes: 0,
    }
  }

  memoryOf(buffer: ArrayBuffer): Memory {
    return this.#memory.of(buffer)
  }

  map(count: number, slotBytes: number): Mapping | number {
    return this.#memory.map(count, slotBytes)
  }

  unmap(mapping: Mapping): number {
    for (const { buffer } of mapping.slots) if (!buffer.detached) buffer.transfer()
    return 0
  }

  discard(): number {
    return 0
  }

  /** There are no pages to protect: the simulation compares memory with what was sent instead. */
  protect(): number {
    return -errno.ENOSYS
  }

  rebind(memory: Memory): Memory {
    return this.#memory.rebind(memory as SimulatedMemory)
  }

  vector(capacity: number): Vector {
    return new SimulatedVector(capacity)
  }

  /** Only TCP is simulated. */
  socket(family: SocketAddress["family"]): number {
    if (family === "unix") return -errno.EAFNOSUPPORT
    return this.files.open(new TcpSocket(this.#world, family))
  }

  bind(fd: number, address: SocketAddress): number {
    if (address.family === "unix") return -errno.EAFNOSUPPORT
    const socket = this.files.get(fd)
    return socket === undefined ? -errno.EBADF : this.#network.bind(socket, address)
  }

  listen(fd: number, backlog: number): number {
    const socket = this.files.get(fd)
    if (socket === undefined) return -errno.EBADF
    if (socket.local === undefined) return -errno.EINVAL
    socket.backlog = { limit: backlog, queue: [] }
    return 0
  }

  listening(): undefined {}

  accept(fd: number): number {
    const listener = this.files.get(fd)
    if (listener === undefined) return -errno.EBADF
    if (listener.backlog === undefined) return -errno.EINVAL
    const [socket] = listener.backlog.queue
    if (socket === undefined) return -errno.EAGAIN
    const accepted = this.files.open(socket)
    if (accepted >= 0) listener.backlog.queue.shift()
    return accepted
  }

  /** Nobody starts a simulated process. */
  inherit(): number {
    return -errno.EBADF
  }

  closeOnExec(): number {
    return 0
  }

  connect(fd: number, address: SocketAddress): number {
    if (address.family === "unix") return -errno.EAFNOSUPPORT
    const socket = this.files.get(fd)
    if (socket === undefined) return -errno.EBADF
    if (socket.family !== address.family) return -errno.EAFNOSUPPORT
    if (socket.state === "connecting") return -errno.EALREADY
    if (socket.state !== "fresh" || socket.backlog !== undefined) return -errno.EISCONN
    this.#network.connect(socket, address)
    return -errno.EINPROGRESS
  }

  disconnect(fd: number): number {
    return this.files.get(fd)?.disconnect() ?? -errno.EBADF
  }

  localAddress(fd: number): InetAddress | undefined {
    return this.files.get(fd)?.local
  }

  peerAddress(fd: number): InetAddress | undefined {
    const socket = this.files.get(fd)
    return socket?.state === "connected" ? socket.remote : undefined
  }

  unixPath(): undefined {
    return undefined
  }

  setOption(fd: number, option: SocketOption, value: number): number {
    const socket = this.files.get(fd)
    return socket === undefined ? -errno.EBADF : setOption(this.#world, socket, option, value)
  }

  getOption(fd: number, option: SocketOption): number {
    const socket = this.files.get(fd)
    return socket === undefined ? -errno.EBADF : getOption(this.#world, socket, option)
  }

  acknowledgedBytes(fd: number): number {
    const socket = this.files.get(fd)
    return socket === undefined ? -errno.EBADF : socket.acknowledgedBytes
  }

  arrivedBytes(fd: number): number {
    return this.files.get(fd)?.arrivedBytes ?? -errno.EBADF
  }

  shutdownWrite(fd: number): number {
    return this.files.get(fd)?.shutdown(false) ?? -errno.EBADF
  }

  abandonSends(fd: number): number {
    return this.files.get(fd)?.shutdown(true) ?? -errno.EBADF
  }

  close(fd: number): number {
    if (this.files.removePipe(fd)) return 0
    const socket = this.files.remove(fd)
    if (socket === undefined) return -errno.EBADF
    for (const poller of this.#pollers) poller.forget(fd)
    this.#network.unbind(socket)
    socket.close()
    return 0
  }

  /** No process ends in a simulation. */
  resetOnClose(): void {}

  closeAll(): void {
    for (const fd of this.files.numbers()) this.close(fd)
  }

  send(fd: number, vector: Vector, count: number, flags: number): number {
    const socket = this.files.get(fd)
    if (socket === undefined) return -errno.EBADF
    const { random, faults } = this.#world
    const elements = (vector as SimulatedVector).elements(count)
    const bytes = elements.reduce((sum, { length }) => sum + length, 0)
    if (bytes === 0) return 0
    if (random.chance(faults.interrupt)) return -errno.EINTR
    const call = socket.beginCall(bytes, (flags & sendFlags.zerocopy) !== 0)
    if (typeof call === "number") return call
    const most = random.chance(faults.shortSend) ? random.upTo(bytes) : bytes
    const n = socket.accept(elements, 0, most, call)
    socket.endCall(call, n)
    return n
  }

  sendBytes(fd: number, memory: Memory, offset: number, length: number): number {
    checkRange(memory, offset, length)
    const socket = this.files.get(fd)
    if (socket === undefined) return -errno.EBADF
    const { random, faults } = this.#world
    if (random.chance(faults.interrupt)) return -errno.EINTR
    const { pages } = this.#memory.of(memory.buffer)
    const most = random.chance(faults.shortSend) ? random.upTo(length) : length
    const n = socket.accept([{ pages, offset, length }], 0, most)
    socket.endCall(undefined, n)
    return n
  }

  // A simulation has no files: calls are refused before anything is sent.
  sendFile(): number {
    return -errno.ENOSYS
  }

  pipe(bytes: number): Pipe | number {
    const pipe = new SimulatedPipe(bytes)
    const readEnd = this.files.openPipe(pipe)
    if (readEnd < 0) return readEnd
    const writeEnd = this.files.openPipe(pipe)
    if (writeEnd < 0) this.close(readEnd)
    return writeEnd < 0 ? writeEnd : { readEnd, writeEnd, capacity: bytes }
  }

  fillPipe(writeEnd: number, fd: number, count: number): number {
    return this.#fill(this.files.pipe(writeEnd), this.files.get(fd), count)
  }

  #fill(pipe: SimulatedPipe | undefined, socket: TcpSocket | undefined, count: number): number {
    if (pipe === undefined || socket === undefined) return -errno.EBADF
    if (count === 0) return 0
    if (pipe.room === 0) return -errno.EAGAIN
    const { random, faults } = this.#world
    if (random.chance(faults.interrupt)) return -errno.EINTR
    const bytes = new Uint8Array(Math.min(count, pipe.room))
    const n = socket.receive(bytes)
    if (n > 0) pipe.put(bytes.subarray(0, n))
    return n
  }

  drainPipe(readEnd: number, fd: number, count: number): number {
    const pipe = this.files.pipe(readEnd)
    const socket = this.files.get(fd)
    if (pipe === undefined || socket === undefined) return -errno.EBADF
    if (count === 0) return 0
    const { random, faults } = this.#world
    if (random.chance(faults.interrupt)) return -errno.EINTR
    const bytes = pipe.peek(random.chance(faults.shortSend) ? random.upTo(count) : count)
    if (typeof bytes === "number") return bytes
    const { pages } = this.#memory.of(bytes.buffer)
    const length = bytes.byteLength
    const n = socket.accept([{ pages, offset: 0, length }], 0, length)
    socket.endCall(undefined, n)
    if (n > 0) pipe.take(n)
    return n
  }

  readPipe(readEnd: number, memory: Memory, offset: number, length: number): number {
    checkRange(memory, offset, length)
    const pipe = this.files.pipe(readEnd)
    if (pipe === undefined) return -errno.EBADF
    const bytes = pipe.peek(length)
    if (typeof bytes === "number") return bytes
    new Uint8Array(memory.buffer, offset, length).set(bytes)
    pipe.take(bytes.byteLength)
    return bytes.byteLength
  }

  cachedPages(): number {
    return -errno.ENOSYS
  }

  identityOf(): undefined {}

  startWaiting(fd: number): number {
    return this.#setWaiting(fd, true)
  }

  stopWaiting(fd: number): number {
    return this.#setWaiting(fd, false)
  }

  firstId(fd: number): number {
    return this.files.get(fd)?.notifier.firstId ?? 0
  }

  courier(): Courier {
    const world = this.#world
    const hop = () => world.random.next() * hopTime
    let stop: (() => void) | undefined
    return {
      send: (fd, vector, count, flags, done) => {
        const elements = (vector as SimulatedVector).elements(count)
        const zerocopy = (flags & sendFlags.zerocopy) !== 0
        const finish = (n: number) => world.timeline.after(hop(), () => done(n), "program")
        world.timeline.after(hop(), () => {
          const socket = this.files.get(fd)
          if (socket === undefined) return finish(-errno.EBADF)
          const patience = socket.mayWait ? courierPatience : 0
          sendWaiting(world, socket, elements, zerocopy, patience, finish)
        })
      },
      relay: ({ from, to, pipe, held }, done) => {
        const [source, sink] = [this.files.get(from), this.files.get(to)]
        const { readEnd, writeEnd, capacity } = pipe
        const finish = (relayed: Relayed) =>
          world.timeline.after(hop(), () => done(relayed), "program")
        stop = () => stop = undefined
        const stopped = stop
        world.timeline.after(hop(), () => {
          if (stop !== stopped || source === undefined || sink === undefined) {
            return finish({ received: 0, accepted: 0, receiveError: 0, sendError: 0 })
          }
          stop = relayWaiting(world, source, sink, held, {
            // The file descriptor of the source may be closed meanwhile.
            fill: () => this.#fill(this.files.pipe(writeEnd), source, capacity),
            drain: (count) => this.drainPipe(readEnd, to, count),
          }, finish)
        })
      },
      stopRelay: () => stop?.(),
      // There are no files here.
      sendFile: (_fd, _file, _offset, _count, done) =>
        world.timeline.after(hop(), () => done(-errno.ENOSYS), "program"),
      // All pages have the same size.
      collapse: (_memory, _offset, _length, done) =>
        world.timeline.after(hop(), () => done(0), "program"),
      close() {},
    }
  }

  receive(fd: number, memory: Memory, offset: number, length: number): number {
    checkRange(memory, offset, length)
    const socket = this.files.get(fd)
    if (socket === undefined) return -errno.EBADF
    return length === 0 ? 0 : socket.receive(new Uint8Array(memory.buffer, offset, length))
  }

  readErrors(fd: number, batch: NotificationBatch): number {
    return this.files.get(fd)?.readErrors(batch, this.errorReads) ?? -errno.EBADF
  }

  poller(wake: (failure?: Error) => void): Poller {
    const poller = new SimulatedPoller(this.#world, (fd) => this.files.get(fd), wake)
    this.#pollers.add(poller)
    return poller
  }

  #setWaiting(fd: number, mayWait: boolean): number {
    const socket = this.files.get(fd)
    if (socket === undefined) return -errno.EBADF
    socket.mayWait = mayWait
    return 0
  }
}

/** The most milliseconds from one thread to another. */
const hopTime = 0.1
