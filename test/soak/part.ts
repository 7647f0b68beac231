import type { ChildProcess } from "node:child_process"
import { createInterface } from "node:readline"
import type { Message } from "./messages.ts"

/** A process of a soak, which speaks `Message`. */
export class Part {
  readonly #child: ChildProcess
  readonly #waiting = new Map<string, (message: Message) => void>()
  readonly #ended: Promise<never>
  readonly #early = new Map<string, Message>()
  #listener: (message: Message) => void = () => {}
  /** What it warned of that must not happen. */
  readonly warnings: string[] = []

  constructor(child: ChildProcess) {
    this.#child = child
    let errors = ""
    if (child.stdout === null || child.stderr === null) throw new Error("Cannot hear the child")
    createInterface(child.stderr).on("line", (line) => {
      if (line.includes("lost bytes")) this.warnings.push(line)
      // Those are meant.
      if (!line.includes("was dropped without close()")) errors += `\n${line}`
    })
    this.#ended = new Promise((_, reject) => {
      child.on(
        "close",
        (code, signal) =>
          reject(new Error(`a process has ended with ${code ?? signal}: ${errors}`)),
      )
    })
    this.#ended.catch(() => {})
    createInterface(child.stdout).on("line", (line) => {
      const message: Message = JSON.parse(line)
      this.#listener(message)
      this.#waiting.get(message.type)?.(message)
      this.#early.set(message.type, message)
    })
  }

  hear(listener: (message: Message) => void): void {
    this.#listener = listener
  }

  say(message: Message): void {
    this.#child.stdin?.write(`${JSON.stringify(message)}\n`)
  }

  /** The next message of a type. Rejects when the process ends instead. */
  next<T extends Message["type"]>(type: T): Promise<Extract<Message, { type: T }>> {
    const early = this.#early.get(type)
    const message = new Promise<Message>((resolve) => {
      if (early === undefined) this.#waiting.set(type, resolve)
      else resolve(early)
    })
    return Promise.race([message, this.#ended]) as Promise<Extract<Message, { type: T }>>
  }
}
