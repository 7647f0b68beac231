import type { Mapping, Memory } from "../kernel.ts"

/**
 * Pages of memory. The kernel pins pages and not addresses or JavaScript objects, so a page stays the
 * same one when its ArrayBuffer is transferred by `rebind`, and what is written to it then is what
 * the kernel reads.
 */
export class Pages {
  buffer: ArrayBuffer
  /** How many sends may still read them. */
  pins = 0
  /** Of how many sends the program was not told by a notification that they are over. */
  untold = 0

  constructor(buffer: ArrayBuffer) {
    this.buffer = buffer
  }

  /** The bytes as they are now, or nothing when the buffer was transferred behind our back. */
  view(offset: number, length: number): Uint8Array | undefined {
    const { buffer } = this
    return offset + length > buffer.byteLength ? undefined : new Uint8Array(buffer, offset, length)
  }
}

/** A name for pages. */
export class SimulatedMemory implements Memory {
  readonly buffer: ArrayBuffer
  readonly pages: Pages

  constructor(pages: Pages) {
    this.buffer = pages.buffer
    this.pages = pages
  }
}

/** Finds the pages behind a buffer: one buffer, one set of pages, however often it is named. */
export class MemoryTable {
  readonly #pages = new WeakMap<ArrayBuffer, Pages>()

  of(buffer: ArrayBuffer): SimulatedMemory {
    let pages = this.#pages.get(buffer)
    if (pages === undefined) this.#pages.set(buffer, pages = new Pages(buffer))
    return new SimulatedMemory(pages)
  }

  map(count: number, slotBytes: number): Mapping {
    return { slots: Array.from({ length: count }, () => this.of(new ArrayBuffer(slotBytes))) }
  }

  rebind({ pages, buffer }: SimulatedMemory): SimulatedMemory {
    pages.buffer = buffer.transfer()
    this.#pages.set(pages.buffer, pages)
    return new SimulatedMemory(pages)
  }
}
