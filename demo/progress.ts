import { Presets, SingleBar } from "cli-progress"
import process from "node:process"

/**
 * A progress bar on standard error, if that is a terminal. The bar turns line wrapping off; it is turned
 * on again however the process ends.
 */
export class Progress implements Disposable {
  readonly #bar: SingleBar
  readonly #totalBytes: number
  #bytes = 0
  /** Where the way under way was when it was first heard of: bytes and milliseconds. */
  #first: { readonly bytes: number; readonly at: number } | undefined

  constructor(name: string, totalBytes: number) {
    this.#bar = new SingleBar(
      {
        format: `${name} {bar} {percentage}%, {rate} MB/s, {left} s left`,
        barsize: 20,
        clearOnComplete: true,
      },
      Presets.shades_classic,
    )
    this.#totalBytes = totalBytes
    process.once("exit", this.#stop)
    this.#bar.start(totalBytes, 0, unknown)
  }

  /** Bytes so far. */
  get bytes(): number {
    return this.#bytes
  }

  /** Fewer bytes than before are those of the next way. */
  update(bytes: number): void {
    const at = performance.now()
    if (this.#first === undefined || bytes < this.#bytes) this.#first = { bytes, at }
    this.#bytes = bytes
    const perSecond = (bytes - this.#first.bytes) / ((at - this.#first.at) / 1000)
    this.#bar.update(
      bytes,
      perSecond > 0
        ? {
          rate: Math.round(perSecond / 1e6),
          left: Math.ceil((this.#totalBytes - bytes) / perSecond),
        }
        : unknown,
    )
  }

  [Symbol.dispose](): void {
    process.off("exit", this.#stop)
    this.#stop()
  }

  readonly #stop = (): void => this.#bar.stop()
}

const unknown = { rate: "–", left: "–" }
