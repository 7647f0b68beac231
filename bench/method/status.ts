import process from "node:process"

/**
 * One line on standard error that says what is measured now, if that is a terminal: a benchmark is silent for
 * minutes.
 */
export class Status implements Disposable {
  readonly #write: (text: string) => void

  constructor(
    write: ((text: string) => void) | undefined = process.stderr.isTTY
      ? (text) => process.stderr.write(text)
      : undefined,
  ) {
    this.#write = write ?? (() => {})
  }

  /** Replaces the line. */
  show(text: string): void {
    this.#write(`\r${text}${toEndOfLine}`)
  }

  /** Says something that stays, above the line. */
  say(text: string): void {
    this.show(text)
    this.#write("\n")
  }

  [Symbol.dispose](): void {
    this.show("")
  }
}

/** ECMA-48, EL: erases what an earlier text has left there. */
const toEndOfLine = "\x1b[K"
