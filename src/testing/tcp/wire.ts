import type { Link } from "../world/options.ts"
import type { World } from "../world/world.ts"

/** One direction of a connection. Packets come out later in the same order, or never. */
export class Wire {
  readonly link: Link
  readonly #world: World
  #lastArrival = 0

  constructor(world: World, link: Link) {
    this.#world = world
    this.link = link
  }

  /** Calls `arrive` when a packet that is sent now comes out. */
  carry(arrive: () => void): void {
    const { timeline, random } = this.#world
    const { latency, jitter } = this.link
    const late = jitter > 0 ? random.next() * jitter : 0
    this.#lastArrival = Math.max(timeline.now + latency + late, this.#lastArrival)
    timeline.after(this.#lastArrival - timeline.now, () => {
      if (!this.link.blackhole) arrive()
    })
  }
}
