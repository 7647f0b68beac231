import process from "node:process"
import { setImmediate } from "node:timers/promises"
import { collect } from "../lifetime/child.ts"

/** What a process takes, in bytes. */
export interface Memory {
  /**
   * JavaScript's: objects, and what lies in buffers. In Bun `heapUsed` has both; in Deno it has the
   * objects alone, and a chunk that nobody lets go of would not be seen in it.
   */
  readonly heap: number
  /** Resident. */
  readonly rss: number
}

/** What is there now, with all that nobody has come to collect yet. */
function memoryNow(): Memory {
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heap: process.versions.bun === undefined ? heapUsed + external : heapUsed, rss }
}

/**
 * What is in use: what is left when everything that nobody refers to any more has been collected. A
 * collection leaves what the turn may still refer to, and what a finalizer is to be called for first, so
 * another one follows in a later turn.
 */
export async function memoryInUse(): Promise<Memory> {
  for (let i = 0; i < 2; i++) {
    collect()
    await setImmediate()
  }
  return memoryNow()
}

/** The most that there was since the last time that this was asked for, as far as a look shows it. */
export class Peak {
  #heap = 0
  #rss = 0

  look(): void {
    const { heap, rss } = memoryNow()
    this.#heap = Math.max(this.#heap, heap)
    this.#rss = Math.max(this.#rss, rss)
  }

  take(): Memory {
    this.look()
    const peak = { heap: this.#heap, rss: this.#rss }
    this.#heap = this.#rss = 0
    return peak
  }
}
