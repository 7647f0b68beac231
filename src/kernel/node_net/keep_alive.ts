import { clearInterval, setInterval } from "node:timers"

/**
 * Keeps the process alive while there is a reason to. The runtime's sockets do not keep it alive: whether
 * somebody waits for them is the reactor's to say.
 */
export class KeepAlive {
  readonly #reasons = new Set<object>()
  #timer: ReturnType<typeof setInterval> | undefined

  set(reason: object, needed: boolean): void {
    if (needed) this.#reasons.add(reason)
    else this.#reasons.delete(reason)
    const wanted = this.#reasons.size > 0
    if (wanted === (this.#timer !== undefined)) return
    if (wanted) this.#timer = setInterval(() => {}, longMillis)
    else {
      clearInterval(this.#timer)
      this.#timer = undefined
    }
  }
}

/** Nothing happens when it is over. */
const longMillis = 1 << 30
