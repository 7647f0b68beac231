import * as linux from "../../../ffi/constants.ts"
import type { Libc } from "../../../ffi/libc.ts"
import { NativeMemory } from "../../../ffi/memory.ts"
import type { MapOptions, Mapping, Memory, MemoryCalls, Vector } from "../port.ts"
import { isolateOf, type LinuxIsolate } from "./isolate.ts"
import { type LinuxMapping, mapSlots } from "./mapping.ts"
import { LinuxVector } from "./vector.ts"

/** Memory for calls, and mappings of it. */
export abstract class LinuxMemoryCalls implements MemoryCalls {
  readonly mapsOutsideHeap: boolean
  protected readonly libc: Libc
  protected readonly isolate: LinuxIsolate

  constructor(libc: Libc) {
    this.libc = libc
    this.isolate = isolateOf(libc)
    this.mapsOutsideHeap = this.isolate.mapsOutsideHeap
  }

  memoryOf(buffer: ArrayBuffer): Memory {
    return NativeMemory.of(this.libc.backend, buffer)
  }

  map(count: number, slotBytes: number, options: MapOptions = {}): Mapping | number {
    return mapSlots(this.libc, count, slotBytes, options)
  }

  unmap(mapping: Mapping): number {
    return (mapping as LinuxMapping).unmap()
  }

  discard(mapping: Mapping): number {
    return (mapping as LinuxMapping).discard()
  }

  protect(memory: Memory, access: "read" | "write"): number {
    const { PROT_READ, PROT_WRITE } = linux
    const allowed = access === "read" ? PROT_READ : PROT_READ | PROT_WRITE
    return this.libc.mprotect(memory as NativeMemory, 0, memory.buffer.byteLength, allowed)
  }

  rebind(memory: Memory): Memory {
    return new NativeMemory(memory.buffer.transfer(), (memory as NativeMemory).address)
  }

  vector(capacity: number): Vector {
    return new LinuxVector(this.libc, this.isolate, capacity)
  }
}
