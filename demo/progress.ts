import { Presets, SingleBar } from "cli-progress"
import process from "node:process"

/**
 * A progress bar on standard error, if that is a terminal. The bar turns line wrapping off; it is turned
 * on again however the process ends.
 */
export class Progress implements Disposable {
  readonly #bar: SingleBar
  #bytes = 0

  constructor(name: string, totalBytes: number) {
    this.#bar = new SingleBar(
      { format: `${name} {bar} {percentage}%`, clearOnComplete: true },
      Presets.shades_classic,
    )
    process.once("exit", this.#stop)
    this.#bar.start(totalBytes, 0)
  }

  /** Bytes so far. */
  get bytes(): number {
    return this.#bytes
  }

  update(bytes: number): void {
    this.#bytes = bytes
    this.#bar.update(bytes)
  }

  [Symbol.dispose](): void {
    process.off("exit", this.#stop)
    this.#stop()
  }

  readonly #stop = (): void => this.#bar.stop()
}
