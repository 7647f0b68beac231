import type { PinLimits } from "../kernel.ts"

/**
 * How much memory all sockets together have pinned, and who may pin more.
 *
 * A socket may have as much as is left (the dynamic threshold of shared-memory switches: Choudhury and
 * Hahne, 1998), so whoever comes later finds something, however many peers read nothing: they keep what
 * they have, and get no more. And every socket may have one slot, so that none waits for others alone.
 */
export class PinnedBudget {
  /** In bytes. With n sockets that want more, each comes to `limit / (n + 1)`. */
  limit: number
  #used = 0

  constructor(limit: number) {
    this.limit = limit
  }

  /** Bytes that are pinned now. */
  get used(): number {
    return this.#used
  }

  /** A socket had `before` bytes pinned and has `now`. */
  changed(before: number, now: number): void {
    this.#used += now - before
  }

  /**
   * How many bytes a socket may pin now that has `own` pinned already; 0 when it has to wait until some
   * of them come back. Never less than a slot: that would not be worth a call.
   */
  room(own: number): number {
    const room = this.#share - own
    return room <= 0 ? 0 : Math.max(room, slotBytes)
  }

  /**
   * Whether a socket that has waited, with `own` bytes pinned, goes on: half of what it may have has come
   * back. Were it to go on with every slot, each slot would cost a wake and a call.
   */
  goesOn(own: number): boolean {
    return 2 * own <= this.#share
  }

  /** What each socket may have pinned now. */
  get #share(): number {
    return Math.max(Math.min(this.limit - this.#used, socketLimit), slotBytes)
  }
}

/**
 * What the sockets of one process may pin, in bytes. Pinned memory counts as TCP's like what is copied,
 * and when TCP holds a sixteenth of the machine's memory (`tcp_init_mem` in net/ipv4/tcp.c), the kernel
 * makes all sockets send less. Half a dozen processes like this one do not come to that.
 */
export const pinnedLimit = ({ machineBytes }: PinLimits): number =>
  Math.max(leastLimit, Math.floor(machineBytes / 16 / 8))

/** As much as a dozen sockets have in flight that send at full speed. */
const leastLimit = 64 * 1024 * 1024
/** No socket has more, for a producer that is faster than the network is to run in bounded memory. */
const socketLimit = 64 * 1024 * 1024
const slotBytes = 64 * 1024
