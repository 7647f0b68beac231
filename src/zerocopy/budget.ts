import type { PinLimits } from "../kernel/port.ts"
import { type Pool, RoundRobin, type Turn } from "./round_robin.ts"

/**
 * How much memory all sockets together have pinned, and who may pin more.
 *
 * A socket may have as much as is left (the dynamic threshold of shared-memory switches: Choudhury and
 * Hahne, 1998), so whoever comes later finds something, however many peers read nothing: they keep what
 * they have, and get no more. A crowd for which that is too little takes turns instead. And every socket
 * that has not waited yet may have one slot, so that none waits for others alone.
 */
export class PinnedBudget implements Pool {
  /** In bytes. With n sockets that want more, each comes to `limit / (n + 1)`. */
  limit: number
  readonly #turns: RoundRobin
  #used = 0
  #returned = 0

  constructor(limit: number, turns?: (pool: Pool) => RoundRobin) {
    this.limit = limit
    this.#turns = turns?.(this) ?? new RoundRobin(this)
  }

  /** Bytes that are pinned now. */
  get used(): number {
    return this.#used
  }

  /** Bytes that may be pinned still. */
  get free(): number {
    return Math.max(0, this.limit - this.#used)
  }

  /** Bytes that were pinned and have come back, since the start. */
  get returned(): number {
    return this.#returned
  }

  /** A socket had `before` bytes pinned and has `now`. */
  changed(before: number, now: number): void {
    this.#used += now - before
    if (now < before) this.#returned += before - now
  }

  /** Gives turns to those for whom enough has come back. */
  serve(): void {
    this.#turns.serve()
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
   * back. Were it to go on with every slot, each slot would cost a wake and a call. In a crowd it waits in
   * line from when nearly all has come back, and goes on when `turn` is taken.
   */
  goesOn(own: number, turn: Turn): boolean {
    if (!this.#crowded) return 2 * own <= this.#share
    if (8 * own <= this.#turns.quantum) this.#turns.join(turn)
    return false
  }

  /** A socket that has waited will send no more. */
  leave(turn: Turn): void {
    this.#turns.leave(turn)
  }

  get #crowded(): boolean {
    return this.#turns.size > 0 || this.#turns.pays(this.free)
  }

  /** What each socket may have pinned now. */
  get #share(): number {
    const most = this.#turns.size > 0 ? this.#turns.quantum : socketLimit
    return Math.max(Math.min(this.free, most), slotBytes)
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
