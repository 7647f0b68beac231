import { errno, type Memory, type Pipe, type PipeCalls } from "../../kernel/port.ts"
import type { TcpSocket } from "../tcp/tcp_socket.ts"
import { SimulatedByteCalls } from "./byte_calls.ts"
import { SimulatedPipe } from "./pipe.ts"
import { checkRange } from "./vector.ts"

/** Moving bytes through a pipe. */
export abstract class SimulatedPipeCalls extends SimulatedByteCalls implements PipeCalls {
  pipe(bytes: number): Pipe | number {
    const pipe = new SimulatedPipe(bytes)
    const readEnd = this.files.openPipe(pipe)
    if (readEnd < 0) return readEnd
    const writeEnd = this.files.openPipe(pipe)
    if (writeEnd < 0) this.close(readEnd)
    return writeEnd < 0 ? writeEnd : { readEnd, writeEnd, capacity: bytes }
  }

  fillPipe(writeEnd: number, fd: number, count: number): number {
    return this.fill(this.files.pipe(writeEnd), this.files.get(fd), count)
  }

  drainPipe(readEnd: number, fd: number, count: number): number {
    const pipe = this.files.pipe(readEnd)
    const socket = this.files.get(fd)
    if (pipe === undefined || socket === undefined) return -errno.EBADF
    if (count === 0) return 0
    const { random, faults } = this.world
    if (random.chance(faults.interrupt)) return -errno.EINTR
    const bytes = pipe.peek(random.chance(faults.shortSend) ? random.upTo(count) : count)
    if (typeof bytes === "number") return bytes
    const { pages } = this.memory.of(bytes.buffer)
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

  /** The same, of a socket whose file descriptor may be closed. */
  protected fill(
    pipe: SimulatedPipe | undefined,
    socket: TcpSocket | undefined,
    count: number,
  ): number {
    if (pipe === undefined || socket === undefined) return -errno.EBADF
    if (count === 0) return 0
    if (pipe.room === 0) return -errno.EAGAIN
    const { random, faults } = this.world
    if (random.chance(faults.interrupt)) return -errno.EINTR
    const bytes = new Uint8Array(Math.min(count, pipe.room))
    const n = socket.receive(bytes)
    if (n > 0) pipe.put(bytes.subarray(0, n))
    return n
  }
}
