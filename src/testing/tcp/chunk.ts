import { Buffer } from "node:buffer"
import type { Pages, Range } from "../kernel/memory.ts"
import type { World } from "../world/world.ts"

/**
 * A pending notification (`struct ubuf_info_msgzc`). Consecutive calls share it as long as their bytes
 * have not left, and it completes when the last byte of all of them is free.
 */
export interface Block {
  /** The first id, and how many there are. */
  readonly id: number
  count: number
  /** Bytes of all calls, and the pages that they were charged. */
  bytes: number
  pages: number
  /** Chunks and calls under way that keep it from completing. */
  uses: number
  copied: boolean
  /** What the kernel may read until then. */
  readonly chunks: Chunk[]
}

/**
 * Consecutive bytes of a stream that one call has sent: copied bytes, or bytes that stay in place. It
 * remembers the original contents of bytes in place, to detect changes that come too early.
 */
export class Chunk {
  /** The positions of the first byte and of the byte after the last one. */
  readonly start: number
  readonly end: number
  /** The call that this belongs to, when it got an id. */
  readonly block: Block | undefined
  readonly #id: number
  readonly #sent: Uint8Array
  /** The pages that the kernel reads; nothing once it has a copy. */
  #pinned: { readonly pages: Pages; readonly range: Range } | undefined
  #tell: (() => void) | undefined
  #reported = false

  constructor(start: number, sent: Uint8Array, block: Block | undefined, id: number) {
    this.start = start
    this.end = start + sent.byteLength
    this.block = block
    this.#id = id
    this.#sent = sent
  }

  /** Lets the kernel read from `pages` instead of a copy. */
  pin(pages: Pages, offset: number): void {
    const range = { from: offset, to: offset + this.end - this.start }
    this.#pinned = { pages, range }
    this.#tell = () => pages.untold.delete(range)
    pages.pins.add(range)
    pages.untold.add(range)
  }

  /** Whether the kernel reads the program's memory. */
  get pinned(): boolean {
    return this.#pinned !== undefined
  }

  /** The present bytes from `from` to `to`. The caller copies them before anybody writes again. */
  read(world: World, from: number, to: number): Uint8Array {
    return this.#look(world, from, to) ?? this.#sent.subarray(from - this.start, to - this.start)
  }

  /** The program was told that the kernel has stopped reading. */
  tell(): void {
    this.#tell?.()
    this.#tell = undefined
  }

  /** Ends the reading. */
  unpin(world: World): void {
    if (this.#pinned === undefined) return
    this.#look(world, this.start, this.end)
    const { pages, range } = this.#pinned
    pages.pins.delete(range)
    this.#pinned = undefined
  }

  /** The present contents of the pinned memory. A difference from what was sent is recorded. */
  #look(world: World, from: number, to: number): Uint8Array | undefined {
    if (this.#pinned === undefined) return undefined
    const { pages, range } = this.#pinned
    const now = pages.view(range.from + from - this.start, to - from)
    const sent = this.#sent.subarray(from - this.start, to - this.start)
    if (now === undefined || this.#reported || Buffer.compare(now, sent) === 0) return now
    this.#reported = true
    world.violations.push({
      time: world.timeline.now,
      id: this.#id,
      offset: from + now.findIndex((byte, i) => byte !== sent[i]),
      length: this.end - this.start,
    })
    return now
  }
}
