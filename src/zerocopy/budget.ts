import type { PinLimits } from "../kernel/port.ts"
import { type Pool, RoundRobin, type Turn } from "./round_robin.ts"

/**
 * How much memory all sockets together have pinned, and which may pin more.
 *
 * A socket may have as much as is left (the dynamic threshold of shared-memory switches: Choudhury and
 * Hahne, 1998). Sockets that come later therefore always find some, even if many peers read nothing:
 * those keep what they have, and get no more. A crowd for which that is too little takes turns instead.
 * Every socket that has not waited yet may have one slot, so that none waits only because of others.
 */
export class PinnedBudget implements Pool {
  /** In bytes. If n sockets want more, each gets up to `limit / (n + 1)`. */
  limit: number
  readonly #turns: RoundRobin
  #used = 0
  #returned = 0

  constructor(limit: number, turns?: (pool: Pool) => RoundRobin) {
    this.limit = limit
    this.#turns = turns?.(this) ?? new RoundRobin(this)
  }

  /** Bytes that are pinned at the moment. */
  get used(): number {
    return this.#used
  }

  /** Bytes that may still be pinned. */
  get free(): number {
    return Math.max(0, this.limit - this.#used)
  }

  /** Bytes that were pinned and have come back so far. */
  get returned(): number {
    return this.#returned
  }

  /** A socket had `before` bytes pinned and now has `now`. */
  changed(before: number, now: number): void {
    this.#used += now - before
    if (now < before) this.#returned += before - now
  }

  /** Gives turns to waiting sockets if enough has come back. */
  serve(): void {
    this.#turns.serve()
  }

  /**
   * How many bytes a socket may pin if it already has `own` pinned; 0 if it must wait until some of those
   * come back. Otherwise at least a slot: less is not worth a call.
   */
  room(own: number): number {
    const room = this.#share - own
    return room <= 0 ? 0 : Math.max(room, slotBytes)
  }

  /**
   * Whether a waiting socket with `own` bytes pinned may go on: once half of what it may have has come
   * back. If it went on with every slot, each slot would cost a wake and a call. In a crowd it joins the
   * line when nearly all has come back, and goes on when its `turn` comes.
   */
  goesOn(own: number, turn: Turn): boolean {
    if (!this.#crowded) return 2 * own <= this.#share
    if (8 * own <= this.#turns.quantum) this.#turns.join(turn)
    return false
  }

  /** A socket that has waited will not send again. */
  leave(turn: Turn): void {
    this.#turns.leave(turn)
  }

  get #crowded(): boolean {
    return this.#turns.size > 0 || this.#turns.pays(this.free)
  }

  /** What each socket may have pinned at the moment. */
  get #share(): number {
    const most = this.#turns.size > 0 ? this.#turns.quantum : socketLimit
    return Math.max(Math.min(this.free, most), slotBytes)
  }
}

/**
 * What the sockets of one process may pin, in bytes. Pinned memory counts as TCP memory, like copied
 * bytes. If TCP holds a sixteenth of the machine's memory (`tcp_init_mem` in net/ipv4/tcp.c), the kernel
 * makes all sockets send less. Half a dozen processes like this one stay below that.
 */
export const pinnedLimit = ({ machineBytes }: PinLimits): number =>
  Math.max(leastLimit, Math.floor(machineBytes / 16 / 8))

/** What a dozen sockets have in flight if they send at full speed. */
const leastLimit = 64 * 1024 * 1024
/** No socket may have more, so that a producer that is faster than the network runs in bounded memory. */
const socketLimit = 64 * 1024 * 1024
const slotBytes = 64 * 1024
