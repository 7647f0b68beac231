import type { Limits } from "../world/options.ts"

/** Locked memory of the user, to whom all sockets of the kernel belong. */
export class LockedMemory {
  readonly #limits: Limits
  #pages = 0

  constructor(limits: Limits) {
    this.#limits = limits
  }

  /** Pages that are charged now. */
  get pages(): number {
    return this.#pages
  }

  /**
   * Charges a call of `bytes`, whatever part of it will be accepted (`mm_account_pinned_pages` in
   * net/core/skbuff.c). Answers the pages charged, or nothing when the limit forbids it.
   */
  charge(bytes: number): number | undefined {
    const { ipcLock, memlock } = this.#limits
    if (ipcLock) return 0
    const pages = Math.floor(bytes / pageBytes) + 2
    if (this.#pages + pages > Math.floor(memlock / pageBytes)) return undefined
    this.#pages += pages
    return pages
  }

  /** Gives back what a call was charged. */
  discharge(pages: number): void {
    this.#pages -= pages
  }
}

const pageBytes = 4096
