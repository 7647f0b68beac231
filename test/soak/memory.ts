import process from "node:process"
import { setImmediate } from "node:timers/promises"
import { collect } from "../lifetime/child.ts"

/** The memory of a process, in bytes. */
export interface Memory {
  /**
   * JavaScript's memory: objects and buffers. In Bun `heapUsed` includes both; in Deno only objects, so a
   * leaked chunk would not show.
   */
  readonly heap: number
  /** Resident. */
  readonly rss: number
}

/** The present memory, including garbage. */
function memoryNow(): Memory {
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heap: process.versions.bun === undefined ? heapUsed + external : heapUsed, rss }
}

/**
 * The memory in use: what is left after a full collection. A collection keeps objects that the turn may
 * still refer to and objects with pending finalizers, so another one follows in a later turn.
 */
export async function memoryInUse(): Promise<Memory> {
  for (let i = 0; i < 2; i++) {
    collect()
    await setImmediate()
  }
  return memoryNow()
}

/** The peak since the last call, as far as samples show it. */
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
