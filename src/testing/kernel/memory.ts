import type { Mapping, Memory } from "../../kernel/port.ts"

/**
 * Pages of memory. The kernel pins pages, not addresses or JavaScript objects: when `rebind` transfers
 * the ArrayBuffer, the page stays the same, and the kernel reads whatever is written to it.
 */
export class Pages {
  buffer: ArrayBuffer
  /** Sends that may still read it. */
  readonly pins: Set<Range> = new Set()
  /** Sends whose completion was not reported to the program yet. */
  readonly untold: Set<Range> = new Set()

  constructor(buffer: ArrayBuffer) {
    this.buffer = buffer
  }

  /** Whether a send may still read some of these bytes, or its completion was not reported yet. */
  inUse(from: number, to: number): boolean {
    const overlaps = (range: Range) => range.from < to && from < range.to
    return [...this.pins, ...this.untold].some(overlaps)
  }

  /** The present bytes, or nothing if the program has transferred the buffer. */
  view(offset: number, length: number): Uint8Array | undefined {
    const { buffer } = this
    return offset + length > buffer.byteLength ? undefined : new Uint8Array(buffer, offset, length)
  }
}

/** Bytes of pages, without the last one. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** A name for pages. */
export interface SimulatedMemory extends Memory {
  readonly pages: Pages
}

/** A name for pages that are created on demand: most slots of a short simulation stay unused. */
class UnusedMemory implements SimulatedMemory {
  readonly #make: () => SimulatedMemory
  #made: SimulatedMemory | undefined

  constructor(make: () => SimulatedMemory) {
    this.#make = make
  }

  get buffer(): ArrayBuffer {
    return (this.#made ??= this.#make()).buffer
  }

  get pages(): Pages {
    return (this.#made ??= this.#make()).pages
  }
}

/** Finds the pages behind a buffer: one buffer, one set of pages, however often it is named. */
export class MemoryTable {
  readonly #pages = new WeakMap<ArrayBuffer, Pages>()

  of(buffer: ArrayBuffer): SimulatedMemory {
    let pages = this.#pages.get(buffer)
    if (pages === undefined) this.#pages.set(buffer, pages = new Pages(buffer))
    return { buffer: pages.buffer, pages }
  }

  map(count: number, slotBytes: number): Mapping {
    const make = () => this.of(new ArrayBuffer(slotBytes))
    return { slots: Array.from({ length: count }, () => new UnusedMemory(make)) }
  }

  rebind({ pages, buffer }: SimulatedMemory): SimulatedMemory {
    pages.buffer = buffer.transfer()
    this.#pages.set(pages.buffer, pages)
    return { buffer: pages.buffer, pages }
  }
}
