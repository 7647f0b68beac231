import type { Address, Backend } from "./runtime/backend.ts"

/** A range of addresses that JavaScript does not read or write. */
export interface Region {
  readonly address: Address
  readonly byteLength: number
}

/**
 * Memory that libc may see: an explicit ArrayBuffer together with its address.
 *
 * A number keeps nothing alive, so the address never travels without the buffer. The buffer is always an
 * explicit ArrayBuffer, never a small typed array, because Bun moves those.
 */
export class NativeMemory implements Region {
  readonly buffer: ArrayBuffer
  readonly address: Address
  /**
   * The address as a number. It is exact: mappings lie below 2⁴⁸ unless a program asks for more
   * (Documentation/arch/x86/x86_64/5level-paging.rst, Documentation/arch/arm64/memory.rst).
   */
  readonly start: number

  constructor(buffer: ArrayBuffer, address: Address) {
    this.buffer = buffer
    this.address = address
    this.start = Number(address)
  }

  /** `byteLength` zeroed bytes of the JavaScript heap. */
  static allocate(backend: Backend, byteLength: number): NativeMemory {
    return NativeMemory.of(backend, new ArrayBuffer(byteLength))
  }

  /** The memory of an existing buffer. */
  static of(backend: Backend, buffer: ArrayBuffer): NativeMemory {
    return new NativeMemory(buffer, backend.addressOf(buffer))
  }

  /** The bytes that are there now: none when the buffer was detached. */
  get byteLength(): number {
    return this.buffer.byteLength
  }

  /**
   * Checks that `offset` and `length` lie inside this memory as it is now: a buffer that was
   * detached since then has no bytes at all.
   *
   * @throws {RangeError} when they do not.
   */
  check(offset: number, length: number): void {
    // What only the message needs is not asked for with each call.
    if (isWithin(this.buffer.byteLength, offset, length)) return
    checkRange(this, offset, length, this.buffer.detached ? " (its ArrayBuffer was detached)" : "")
  }
}

/**
 * Checks that `offset` and `length` lie inside `region`.
 *
 * @throws {RangeError} when they do not.
 */
export function checkRange(region: Region, offset: number, length: number, remark = ""): void {
  if (isWithin(region.byteLength, offset, length)) return
  throw new RangeError(
    `Cannot give ${length} bytes at ${offset} to libc: the memory has ${region.byteLength}${remark}`,
  )
}

const isWithin = (byteLength: number, offset: number, length: number): boolean =>
  Number.isSafeInteger(offset) && Number.isSafeInteger(length) &&
  offset >= 0 && length >= 0 && offset + length <= byteLength
