import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createConnection } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"

/** A program that runs until the end of its block. */
export class Program implements AsyncDisposable {
  /** What it has printed. */
  said = ""
  readonly #child: ChildProcess

  private constructor(command: string, args: readonly string[]) {
    this.#child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] })
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      output?.on("data", (text) => this.said += text)
    }
  }

  /** Starts a program, and waits until it accepts connections on a port of 127.0.0.1. */
  static async listening(
    port: number,
    command: string,
    args: readonly string[],
  ): Promise<Program> {
    const program = new Program(command, args)
    while (!await accepts(port)) await program.#pause(command)
    return program
  }

  /** Starts a program, and waits until it has said this. */
  static async saying(what: RegExp, command: string, args: readonly string[]): Promise<Program> {
    const program = new Program(command, args)
    while (!what.test(program.said)) await program.#pause(command)
    return program
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** Tells it to end, and resolves when it has. Its exit status is not known: Deno forgets it after a kill. */
  async end(): Promise<void> {
    if (this.#ended) return
    const ended = once(this.#child, "close")
    this.#child.kill("SIGTERM")
    await ended
  }

  /** Waits a little, unless the program has ended. */
  async #pause(command: string): Promise<void> {
    if (this.#ended) throw new Error(`${command} has ended: ${this.said}`)
    await sleep(20)
  }

  get #ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end()
  }
}

function accepts(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const peer = createConnection({ port, host: "127.0.0.1" })
  peer.on("connect", () => resolve(true)).on("error", () => resolve(false))
  return promise.finally(() => peer.destroy())
}
