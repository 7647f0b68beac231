import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import type { Link } from "./link.ts"
import { within } from "./within.ts"

/** A process at the receiving end of a link that prints its port, and then a line for each report. */
export class Listener implements AsyncDisposable {
  readonly port: number
  readonly #child: ChildProcess
  readonly #closed: Promise<unknown>
  readonly #lines: AsyncIterator<string>

  private constructor(
    child: ChildProcess,
    closed: Promise<unknown>,
    lines: AsyncIterator<string>,
    port: number,
  ) {
    this.#child = child
    this.#closed = closed
    this.#lines = lines
    this.port = port
  }

  /** Resolves once it listens. */
  static async start(link: Link, command: readonly string[]): Promise<Listener> {
    const child = link.receive(command)
    const closed = once(child, "close")
    if (child.stdout === null) throw new Error("Cannot hear the peer")
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    return new Listener(child, closed, lines, Number(await nextOf(lines)))
  }

  /**
   * What it says next. The sender has ended by then, so that what it sent is on its way at most.
   *
   * @throws {Error} when that takes too long.
   */
  async report(): Promise<string> {
    const complaint = "its peer never saw the end of what it sent"
    return await within(patience, nextOf(this.#lines), complaint)
  }

  /** Ends the process, and resolves when it has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL")
    await this.#closed
  }
}

async function nextOf(lines: AsyncIterator<string>): Promise<string> {
  const { value, done } = await lines.next()
  if (done) throw new Error("The peer has ended")
  return value
}

const patience = 10_000
