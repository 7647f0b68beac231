import { errno, type NotificationBatch } from "../../kernel/port.ts"
import type { Block } from "../tcp/chunk.ts"
import { latest } from "../world/options.ts"
import type { World } from "../world/world.ts"

/** Ids, notifications and the error queue of one socket. */
export class Notifier {
  readonly firstId: number
  readonly #world: World
  readonly #report: () => void
  readonly #records: Entry[] = []
  #nextId: number
  #optmem = 0
  #outstanding = 0
  #dead = false

  /** `report` is called whenever the error queue gets a record (`sk_error_report`). */
  constructor(world: World, report: () => void) {
    this.#world = world
    this.#report = report
    this.firstId = world.limits.firstId >>> 0
    this.#nextId = this.firstId
  }

  /** Whether records wait to be read. */
  get pending(): boolean {
    return this.#records.length > 0
  }

  /** Ids that are not complete yet. */
  get outstanding(): number {
    return this.#outstanding
  }

  /** Bytes of option memory in use. */
  get optmem(): number {
    return this.#optmem
  }

  /**
   * Opens a call of `bytes` with MSG_ZEROCOPY and returns it with an id; nothing means ENOBUFS. `tail` is
   * the block of the last accepted bytes, if they have not left.
   */
  begin(bytes: number, tail: Block | undefined): { block: Block; id: number } | undefined {
    const { limits, locked, random, faults } = this.#world
    if (random.chance(faults.refuseZerocopy)) return undefined
    const id = this.#nextId
    const shared = tail !== undefined && tail.count < maxCount &&
      tail.bytes + bytes <= maxSharedBytes && ((tail.id + tail.count) >>> 0) === id
    if (!shared && this.#optmem + admittedBytes > limits.optmem) return undefined
    const pages = locked.charge(bytes)
    if (pages === undefined) return undefined
    this.#nextId = (id + 1) >>> 0
    this.#outstanding++
    if (shared) {
      tail.count++
      tail.bytes += bytes
      tail.pages += pages
      tail.uses++
      return { block: tail, id }
    }
    this.#optmem += blockBytes
    return { block: { id, count: 1, bytes, pages, uses: 1, copied: false, chunks: [] }, id }
  }

  /** Ends a call that accepted nothing. The next call gets its id. Its pages stay charged. */
  abort(block: Block): void {
    this.#nextId = (this.#nextId - 1) >>> 0
    this.#outstanding--
    block.count--
    this.release(block)
  }

  /** A call has ended, or bytes of a chunk are free. */
  release(block: Block): void {
    if (--block.uses > 0) return
    const { faults, random, timeline } = this.#world
    const late = random.chance(faults.lateNotification)
    if (late) timeline.after(random.next() * latest, () => this.#complete(block))
    else this.#complete(block)
  }

  /** Reads up to `most` records into `batch`. */
  read(batch: NotificationBatch, most: number): number {
    const { counters, faults, random } = this.#world
    const read = this.#records.splice(0, most)
    counters.records += read.length
    for (const entry of read) {
      if (entry.foreign) {
        batch.foreign++
        counters.foreignRecords++
        continue
      }
      this.#optmem -= blockBytes
      if (random.chance(faults.lostRecord)) {
        batch.lost++
        counters.lostRecords++
      } else {
        batch.add(entry.lo, entry.hi, entry.copied)
        for (const { chunks } of entry.blocks) for (const chunk of chunks) chunk.tell()
      }
    }
    return read.length > 0 ? read.length : -errno.EAGAIN
  }

  /** The file descriptor is closed: nothing will be reported any more. */
  die(): void {
    this.#dead = true
    this.#records.length = 0
  }

  #complete(block: Block): void {
    const { counters, locked, faults, random } = this.#world
    for (const chunk of block.chunks) chunk.unpin(this.#world)
    locked.discharge(block.pages)
    this.#outstanding -= block.count
    counters.completedIds += block.count
    if (block.copied) counters.copiedIds += block.count
    if (this.#dead) counters.untoldIds += block.count
    if (this.#dead || block.count === 0) {
      this.#optmem -= blockBytes
      return
    }
    if (random.chance(faults.foreignRecord)) this.#records.push(foreign)
    const lo = block.id
    const hi = (block.id + block.count - 1) >>> 0
    const last = this.#records.at(-1)
    // `skb_zerocopy_notify_extend` compares only ids: the second one's code is lost.
    if (last !== undefined && !last.foreign && ((last.hi + 1) >>> 0) === lo) {
      last.hi = hi
      last.blocks.push(block)
      this.#optmem -= blockBytes
    } else {
      this.#records.push({ foreign: false, lo, hi, copied: block.copied, blocks: [block] })
    }
    this.#report()
  }
}

interface Entry {
  readonly foreign: boolean
  readonly lo: number
  hi: number
  readonly copied: boolean
  readonly blocks: Block[]
}

const foreign: Entry = { foreign: true, lo: 0, hi: 0, copied: false, blocks: [] }

/** Option memory of one notification block, and of its record until that is read, on x86-64. */
const blockBytes = 832
/** The room needed for another one: `SKB_TRUESIZE(0)`, which `sock_omalloc` requests. */
const admittedBytes = 576
/** The most bytes in the calls of one block (`msg_zerocopy_realloc` in net/core/skbuff.c). */
const maxSharedBytes = 512 * 1024
const maxCount = 65534
