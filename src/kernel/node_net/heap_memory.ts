import { errno, type Mapping, type Memory, type Vector } from "../port.ts"

/** Memory of the JavaScript heap, for a kernel that only copies. Nothing is page-aligned or pinned. */
export const heapMemory = {
  memoryOf: (buffer: ArrayBuffer): Memory => ({ buffer }),
  map: (count: number, slotBytes: number): Mapping => ({
    slots: Array.from({ length: count }, () => new LazySlot(slotBytes)),
  }),
  unmap({ slots }: Mapping): number {
    for (const { buffer } of slots) if (!buffer.detached) buffer.transfer()
    return 0
  },
  discard: (): number => 0,
  /** The heap has no pages that could be protected. */
  protect: (): number => -errno.ENOSYS,
  rebind: ({ buffer }: Memory): Memory => ({ buffer: buffer.transfer() }),
  vector: (capacity: number): Vector => new HeapVector(capacity),
} as const

/** A slot that takes memory when it is first used: most of a slab stays unused. */
class LazySlot implements Memory {
  readonly #bytes: number
  #buffer: ArrayBuffer | undefined

  constructor(bytes: number) {
    this.#bytes = bytes
  }

  get buffer(): ArrayBuffer {
    return this.#buffer ??= new ArrayBuffer(this.#bytes)
  }
}

/** The pieces of one call, which are copied when it is made. */
export class HeapVector implements Vector {
  readonly capacity: number
  readonly #elements: (Uint8Array | undefined)[]

  constructor(capacity: number) {
    this.capacity = capacity
    this.#elements = new Array(capacity).fill(undefined)
  }

  set(index: number, memory: Memory, offset: number, length: number): void {
    if (!(index >= 0 && index < this.capacity)) {
      throw new RangeError(`Cannot set element ${index} of a vector of ${this.capacity}`)
    }
    this.#elements[index] = bytesOf(memory, offset, length)
  }

  clear(): void {
    this.#elements.fill(undefined)
  }

  /** The first `count` elements. */
  elements(count: number): readonly Uint8Array[] {
    return this.#elements.slice(0, count).filter((element) => element !== undefined)
  }
}

/**
 * `length` bytes of `memory` at `offset`.
 *
 * @throws {RangeError} if they are not inside it, or it was detached.
 */
export function bytesOf({ buffer }: Memory, offset: number, length: number): Uint8Array {
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length)
  if (
    !whole || offset < 0 || length < 0 || offset + length > buffer.byteLength || buffer.detached
  ) {
    throw new RangeError(
      `Cannot use ${length} bytes at ${offset}: the memory has ${buffer.byteLength}` +
        (buffer.detached ? " (its ArrayBuffer was detached)" : ""),
    )
  }
  return new Uint8Array(buffer, offset, length)
}

/** A copy of the first `length` bytes of `parts`. */
export function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    const piece = part.byteLength > length - at ? part.subarray(0, length - at) : part
    all.set(piece, at)
    at += piece.byteLength
    if (at === length) break
  }
  return all
}
