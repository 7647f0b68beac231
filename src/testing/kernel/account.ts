import type { Limits } from "../world/options.ts"

/** The user's locked memory. All sockets of the kernel belong to one user. */
export class LockedMemory {
  readonly #limits: Limits
  #pages = 0

  constructor(limits: Limits) {
    this.#limits = limits
  }

  /** Pages that are charged at the moment. */
  get pages(): number {
    return this.#pages
  }

  /**
   * Charges a call of `bytes`, however many will be accepted (`mm_account_pinned_pages` in
   * net/core/skbuff.c). Returns the pages charged, or nothing if the limit forbids it.
   */
  charge(bytes: number): number | undefined {
    const { ipcLock, memlock } = this.#limits
    if (ipcLock) return 0
    const pages = Math.floor(bytes / pageBytes) + 2
    if (this.#pages + pages > Math.floor(memlock / pageBytes)) return undefined
    this.#pages += pages
    return pages
  }

  /** Undoes the charge of a call. */
  discharge(pages: number): void {
    this.#pages -= pages
  }
}

const pageBytes = 4096
