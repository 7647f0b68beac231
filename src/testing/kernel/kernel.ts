import {
  type Courier,
  errno,
  type IsolateEnd,
  type Kernel,
  type Mapping,
  type Memory,
  type Poller,
  type Vector,
} from "../../kernel/port.ts"
import { SimulatedCourier } from "./courier.ts"
import type { SimulatedMemory } from "./memory.ts"
import { SimulatedPipeCalls } from "./pipe_calls.ts"
import { SimulatedPoller } from "./poller.ts"
import { SimulatedVector } from "./vector.ts"

/**
 * The kernel port, on a network in memory and in virtual time. The files `*_calls.ts` have its larger calls,
 * sorted as in the port; each adds one kind to those before.
 */
export class SimulatedKernel extends SimulatedPipeCalls implements Kernel {
  /** Nothing ends in a simulation, so heap memory may be pinned. */
  isolateEnd: IsolateEnd = "process"
  mapsOutsideHeap = true
  readonly relays = true

  memoryOf(buffer: ArrayBuffer): Memory {
    return this.memory.of(buffer)
  }

  map(count: number, slotBytes: number): Mapping | number {
    return this.memory.map(count, slotBytes)
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
    return this.memory.rebind(memory as SimulatedMemory)
  }

  vector(capacity: number): Vector {
    return new SimulatedVector(capacity)
  }

  // A simulation has no files: calls are refused before anything is sent.
  sendFile(): number {
    return -errno.ENOSYS
  }

  cachedPages(): number {
    return -errno.ENOSYS
  }

  identityOf(): undefined {}

  courier(): Courier {
    return new SimulatedCourier(this.world, this.files, {
      fill: (writeEnd, socket, count) => this.fill(this.files.pipe(writeEnd), socket, count),
      drain: (readEnd, fd, count) => this.drainPipe(readEnd, fd, count),
    })
  }

  startWaiting(fd: number): number {
    return this.#setWaiting(fd, true)
  }

  stopWaiting(fd: number): number {
    return this.#setWaiting(fd, false)
  }

  abandonSends(fd: number): number {
    return this.files.get(fd)?.shutdown(true) ?? -errno.EBADF
  }

  poller(wake: (failure?: Error) => void): Poller {
    const poller = new SimulatedPoller(this.world, (fd) => this.files.get(fd), wake)
    this.pollers.add(poller)
    return poller
  }

  #setWaiting(fd: number, mayWait: boolean): number {
    const socket = this.files.get(fd)
    if (socket === undefined) return -errno.EBADF
    socket.mayWait = mayWait
    return 0
  }
}
