/** How a command uses the machine. */
export type Load =
  /** One of a few that run one after the other. They come first, so that none is left for the end. */
  | "step"
  /** Several processes that compute at the same time: two of these would only slow each other down. */
  | "heavy"
  /** One of many that are independent of each other. */
  | "light"

/**
 * Who may run now. Most commands wait half of their time, for a timer, a peer or a file, so that there are
 * more lanes than CPUs.
 */
export class Lanes {
  #free: number
  #heavy = 0
  readonly #waiting: { readonly load: Load; readonly start: () => void }[] = []

  constructor(count: number) {
    this.#free = count
  }

  /** Runs a task when it has a lane. */
  async run<T>(load: Load, task: () => Promise<T>): Promise<T> {
    await new Promise<void>((start) => {
      this.#waiting.push({ load, start })
      this.#startNext()
    })
    try {
      return await task()
    } finally {
      this.#free++
      if (load === "heavy") this.#heavy--
      this.#startNext()
    }
  }

  #startNext(): void {
    if (this.#free === 0) return
    const next = order.filter((load) => load !== "heavy" || this.#heavy === 0)
      .map((load) => this.#waiting.findIndex((other) => other.load === load))
      .find((i) => i >= 0)
    if (next === undefined) return
    const [{ load, start }] = this.#waiting.splice(next, 1)
    this.#free--
    if (load === "heavy") this.#heavy++
    start()
  }
}

const order: readonly Load[] = ["step", "heavy", "light"]
