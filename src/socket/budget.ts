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

  constructor(limit: number = defaultLimit) {
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
    const room = Math.max(this.limit - this.#used, slotBytes) - own
    return room <= 0 ? 0 : Math.max(room, slotBytes)
  }
}

/** As much as a dozen sockets have in flight that send at full speed. */
const defaultLimit = 64 * 1024 * 1024
const slotBytes = 64 * 1024
