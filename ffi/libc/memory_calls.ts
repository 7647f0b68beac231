import { checkRange, type NativeMemory, type Region } from "../memory.ts"
import { ReadinessCalls } from "./readiness_calls.ts"

/** Calls on mapped memory. */
export abstract class MemoryCalls extends ReadinessCalls {
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
    const address = this.calls.mmap(this.nullAddress, length, protection, flags, fd, offset)
    // MAP_FAILED is (void *) -1, which each runtime represents differently.
    if (BigInt.asIntN(64, BigInt(address as number | bigint)) === -1n) return -this.errno()
    return { address, byteLength: length }
  }

  /** Nothing may touch the region afterwards: an ArrayBuffer over it points to unmapped memory. */
  munmap(region: Region): number {
    return this.result(this.calls.munmap(region.address, region.byteLength))
  }

  madvise(region: Region, offset: number, length: number, advice: number): number {
    checkRange(region, offset, length)
    const start = this.backend.advance(region.address, offset)
    return this.result(this.calls.madvise(start, length, advice))
  }

  mprotect(memory: NativeMemory, offset: number, length: number, protection: number): number {
    const start = this.start(memory, offset, length)
    return this.result(this.calls.mprotect(start, length, protection))
  }
}
