import type { Notifier } from "../kernel/notifier.ts"
import type { Element } from "../kernel/vector.ts"
import type { World } from "../world/world.ts"
import { type Block, Chunk } from "./chunk.ts"

/** The id and the charge of one call with MSG_ZEROCOPY. */
export interface Call {
  readonly block: Block
  readonly id: number
}

/** Accepted bytes that are not acknowledged, by their position in the stream. */
export class SendQueue {
  readonly #world: World
  readonly #notifier: Notifier
  readonly #chunks: Chunk[] = []
  #acknowledged = 0
  #end = 0

  constructor(world: World, notifier: Notifier) {
    this.#world = world
    this.#notifier = notifier
  }

  /** Every byte before this one was acknowledged. */
  get acknowledged(): number {
    return this.#acknowledged
  }

  /** The byte after the last one. */
  get end(): number {
    return this.#end
  }

  /** Bytes that take up room. */
  get bytes(): number {
    return this.#end - this.#acknowledged
  }

  /** The block of the last bytes, if they have not left; `left` is the first byte that has not. */
  tailBlock(left: number): Block | undefined {
    return this.#end > left ? this.#chunks.at(-1)?.block : undefined
  }

  /** Accepts readable bytes of `element` from `skip` on. With `call` they stay in place. */
  append({ pages, offset }: Element, skip: number, length: number, call?: Call): void {
    const now = pages.view(offset + skip, length) ?? nothing
    const chunk = new Chunk(this.#end, now.slice(), call?.block, call?.id ?? 0)
    this.#chunks.push(chunk)
    this.#end = chunk.end
    if (call === undefined) return
    chunk.pin(pages, offset + skip)
    call.block.uses++
    call.block.chunks.push(chunk)
  }

  /** Marks the bytes in between as copied on the way out. */
  markCopied(from: number, to: number): void {
    for (const { block } of this.#between(from, to)) if (block !== undefined) block.copied = true
  }

  /** Reads the bytes in between from their memory, each time they are sent, as a network card does. */
  read(from: number, to: number): Uint8Array {
    const bytes = new Uint8Array(to - from)
    for (const chunk of this.#between(from, to)) {
      const start = Math.max(from, chunk.start)
      bytes.set(chunk.read(this.#world, start, Math.min(to, chunk.end)), start - from)
    }
    return bytes
  }

  /** Frees everything before `to`. */
  acknowledge(to: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, to)
    const kept = this.#chunks.findIndex(({ end }) => end > to)
    this.#free(kept < 0 ? this.#chunks.length : kept)
  }

  /** Frees everything. It will not be sent again. */
  purge(): void {
    this.#acknowledged = this.#end
    this.#free(this.#chunks.length)
  }

  #free(count: number): void {
    for (const { block } of this.#chunks.splice(0, count)) {
      if (block !== undefined) this.#notifier.release(block)
    }
  }

  *#between(from: number, to: number): Generator<Chunk> {
    for (const chunk of this.#chunks) {
      if (chunk.start >= to) return
      if (chunk.end > from) yield chunk
    }
  }
}

const nothing = new Uint8Array(0)
