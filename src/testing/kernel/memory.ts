import type { Mapping, Memory } from "../../kernel/port.ts"

/**
 * Pages of memory. The kernel pins pages and not addresses or JavaScript objects, so a page stays the
 * same one when its ArrayBuffer is transferred by `rebind`, and what is written to it then is what
 * the kernel reads.
 */
export class Pages {
  buffer: ArrayBuffer
  /** What sends may still read. */
  readonly pins: Set<Range> = new Set()
  /** What sends have read or will, of which the program was not told by a notification that it is over. */
  readonly untold: Set<Range> = new Set()

  constructor(buffer: ArrayBuffer) {
    this.buffer = buffer
  }

  /** Whether a send may still read some of these bytes, or was not told of as over. */
  inUse(from: number, to: number): boolean {
    const overlaps = (range: Range) => range.from < to && from < range.to
    return [...this.pins, ...this.untold].some(overlaps)
  }

  /** The bytes as they are now, or nothing when the buffer was transferred behind our back. */
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

/** A name for pages that come about when somebody looks: most slots of a short simulation stay unused. */
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
