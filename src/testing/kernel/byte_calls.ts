import {
  type ByteCalls,
  errno,
  type Memory,
  type NotificationBatch,
  type PinLimits,
  sendFlags,
  type Vector,
} from "../../kernel/port.ts"
import type { Network } from "../tcp/network.ts"
import type { World } from "../world/world.ts"
import { MemoryTable } from "./memory.ts"
import { SimulatedSocketCalls } from "./socket_calls.ts"
import { checkRange, type SimulatedVector } from "./vector.ts"

/** Bytes from memory to a socket and back, and the error queue. */
export abstract class SimulatedByteCalls extends SimulatedSocketCalls implements ByteCalls {
  readonly zerocopy = true
  readonly errorReads = 8
  readonly pinLimits: PinLimits
  protected readonly memory: MemoryTable = new MemoryTable()

  constructor(world: World, network: Network) {
    super(world, network)
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

  send(fd: number, vector: Vector, count: number, flags: number): number {
    const socket = this.files.get(fd)
    if (socket === undefined) return -errno.EBADF
    const { random, faults } = this.world
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
    const { random, faults } = this.world
    if (random.chance(faults.interrupt)) return -errno.EINTR
    const { pages } = this.memory.of(memory.buffer)
    const most = random.chance(faults.shortSend) ? random.upTo(length) : length
    const n = socket.accept([{ pages, offset, length }], 0, most)
    socket.endCall(undefined, n)
    return n
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

  firstId(fd: number): number {
    return this.files.get(fd)?.notifier.firstId ?? 0
  }
}
