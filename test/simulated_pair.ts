import assert from "node:assert/strict"
import {
  errno,
  type InetAddress,
  type Kernel,
  NotificationBatch,
  sendFlags,
} from "../src/kernel/port.ts"
import type { Simulation } from "../src/testing/simulation.ts"
import { simulate } from "../src/testing.ts"

interface Pair {
  readonly simulation: Simulation
  readonly kernel: Kernel
  readonly client: number
  readonly server: number
}

/** Two ends of a connection, with SO_ZEROCOPY. */
export function pair(options: Parameters<typeof simulate>[0] = {}): Pair {
  const simulation = simulate(options)
  const { kernel } = simulation
  const listener = kernel.socket(4)
  assert.equal(kernel.setOption(listener, "SO_ZEROCOPY", 1), 0)
  assert.equal(kernel.bind(listener, inet("0.0.0.0", 80)), 0)
  assert.equal(kernel.listen(listener, 5), 0)
  const client = kernel.socket(4)
  assert.equal(kernel.connect(client, inet("198.51.100.80", 80)), -errno.EINPROGRESS)
  simulation.advance(100)
  const server = kernel.accept(listener)
  assert.ok(server >= 0)
  kernel.setOption(client, "SO_ZEROCOPY", 1)
  return { simulation, kernel, client, server }
}

export const inet = (address: string, port: number): InetAddress => ({
  family: 4,
  address,
  port,
  scope: 0,
})

export function send(
  kernel: Kernel,
  fd: number,
  bytes: number | Uint8Array<ArrayBuffer>,
  flags: number = sendFlags.zerocopy,
): number {
  const { buffer, byteLength } = typeof bytes === "number" ? new Uint8Array(bytes) : bytes
  const vector = kernel.vector(1)
  vector.set(0, kernel.memoryOf(buffer), 0, byteLength)
  return kernel.send(fd, vector, 1, flags)
}

export function receive(kernel: Kernel, fd: number, length: number): number {
  return kernel.receive(fd, kernel.memoryOf(new ArrayBuffer(length)), 0, length)
}

/** Everything that has arrived, up to `length` bytes. */
export function received(kernel: Kernel, fd: number, length: number): Uint8Array {
  const memory = kernel.memoryOf(new ArrayBuffer(length))
  return new Uint8Array(memory.buffer, 0, Math.max(0, kernel.receive(fd, memory, 0, length)))
}

export function ranges(kernel: Kernel, fd: number): [lo: number, hi: number, copied: boolean][] {
  const batch = new NotificationBatch(80)
  kernel.readErrors(fd, batch)
  return Array.from({ length: batch.count }, (_, i) => [
    batch.lo[i],
    batch.hi[i],
    batch.copied[i] !== 0,
  ])
}
