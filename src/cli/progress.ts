import process from "node:process"

/** Tells how far it is, on a terminal. Everything goes to standard error. */
export class Progress {
  readonly #quiet: boolean
  readonly #started: number = performance.now()
  readonly #timer: ReturnType<typeof setInterval> | undefined

  constructor(quiet: boolean, bytes: () => number, total?: number) {
    this.#quiet = quiet
    if (quiet || !process.stderr.isTTY) return
    this.#timer = setInterval(() => {
      const share = total ? `${Math.floor(bytes() / total * 100)} %, ` : ""
      process.stderr.write(`\r${share}${this.#rate(bytes())}\x1b[K`)
    }, intervalMillis)
  }

  /** Replaces the last line by the result. */
  end(what: string, bytes: number): void {
    this.stop()
    if (!this.#quiet) process.stderr.write(`${what} ${bytes} bytes, ${this.#rate(bytes)}\n`)
  }

  stop(): void {
    if (this.#timer === undefined) return
    clearInterval(this.#timer)
    process.stderr.write("\r\x1b[K")
  }

  #rate(bytes: number): string {
    const seconds = (performance.now() - this.#started) / 1000
    return `${(bytes / 1e6 / Math.max(seconds, 0.001)).toFixed(0)} MB/s`
  }
}

const intervalMillis = 500
