import * as linux from "../../../ffi/constants.ts"
import { type Libc, libraries } from "../../../ffi/libc.ts"
import { NativeMemory } from "../../../ffi/memory.ts"
import type { Courier as NativeCourier } from "../../../ffi/runtime/backend.ts"
import { nothingRelayed } from "../../../ffi/runtime/relay_loop.ts"
import {
  type Courier,
  hugePageBytes,
  longestRelay,
  type Memory,
  type RelayCall,
  type Relayed,
  relayPatience,
  type Vector,
} from "../port.ts"
import type { LinuxIsolate } from "./isolate.ts"
import { type LinuxVector, messageFlags } from "./vector.ts"

export class LinuxCourier implements Courier {
  readonly #libc: Libc
  readonly #isolate: LinuxIsolate
  readonly #courier: NativeCourier
  /** An eventfd that ends a relay. */
  #stop = -1
  /** `relayPatience` as a struct timeval. */
  readonly #patience: NativeMemory
  /** Of the next byte of a file. The kernel writes to it when a call ends. */
  #offset: NativeMemory | undefined

  constructor(libc: Libc, isolate: LinuxIsolate) {
    this.#libc = libc
    this.#isolate = isolate
    this.#courier = libc.backend.courier(libraries)
    this.#patience = NativeMemory.allocate(libc.backend, 16)
    new BigInt64Array(this.#patience.buffer)[1] = BigInt(relayPatience * 1000)
  }

  send(fd: number, vector: Vector, count: number, flags: number, done: (n: number) => void): void {
    const { header } = vector as LinuxVector
    header.setCount(count)
    const waiting = messageFlags[flags] & ~linux.MSG_DONTWAIT
    this.#courier.send(fd, header.memory.address, waiting, done)
  }

  sendFile(
    fd: number,
    file: number,
    offset: number,
    count: number,
    done: (n: number) => void,
  ): void {
    this.#offset ??= this.#isolate.memoryForThreads(8)
    new BigInt64Array(this.#offset.buffer)[0] = BigInt(offset)
    this.#courier.sendFile(fd, file, this.#offset.address, count, done)
  }

  relay({ from, to, pipe, held }: RelayCall, done: (relayed: Relayed) => void): void {
    const { descriptors } = this.#isolate
    const { readEnd, writeEnd, capacity } = pipe
    const own = this.#libc.fcntl(from, linux.F_DUPFD_CLOEXEC, 0)
    if (this.#stop < 0) {
      this.#stop = this.#libc.eventfd(0, linux.EFD_CLOEXEC | linux.EFD_NONBLOCK)
      if (this.#stop >= 0) this.#stop = descriptors.keep(this.#stop)
    }
    const stop = this.#stop
    const end = (relayed: Relayed) => {
      if (own >= 0) this.#libc.close(own)
      done(relayed)
    }
    if (own < 0 || stop < 0) return queueMicrotask(() => end(nothingRelayed))
    // Bytes that the thread was told of may be taken by another call first. Where calls may wait, it would wait
    // for the next ones, and `stop` ends no call. Receiving here never waits otherwise.
    this.#libc.setsockopt(own, linux.SOL_SOCKET, linux.SO_RCVTIMEO, this.#patience)
    this.#offset ??= this.#isolate.memoryForThreads(8)
    // What stopped an earlier one.
    this.#libc.read(stop, this.#offset, 0, 8)
    const ends = { from: own, to, readEnd, writeEnd, stop, held, most: capacity }
    this.#courier.relay({ ...ends, idle: relayPatience, longest: longestRelay }, end)
  }

  stopRelay(): void {
    if (this.#stop >= 0) this.#libc.eventfd_write(this.#stop, 1)
  }

  collapse(memory: Memory, offset: number, length: number, done: (n: number) => void): void {
    const { start, address, buffer } = memory as NativeMemory
    // A buffer may have shrunk.
    const end = start + Math.min(offset + length, buffer.byteLength)
    const first = Math.ceil((start + offset) / hugePageBytes) * hugePageBytes
    const bytes = Math.floor(end / hugePageBytes) * hugePageBytes - first
    if (bytes <= 0) return done(0)
    const from = this.#libc.backend.advance(address, first - start)
    this.#courier.advise(from, bytes, linux.MADV_COLLAPSE, done)
  }

  close(): void {
    this.#courier.close()
    if (this.#stop >= 0) this.#isolate.descriptors.close(this.#stop)
    this.#stop = -1
  }
}
