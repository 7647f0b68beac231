import { type ChildProcess, spawn, type SpawnOptions, spawnSync } from "node:child_process"
import { createInterface } from "node:readline"
import process from "node:process"
import { fileURLToPath } from "node:url"

/** The command line of `zerowire` in this runtime, from the sources. */
export const commandOf = (...args: readonly string[]): readonly string[] => [
  ...(process.versions.bun === undefined
    ? [process.execPath, "run", "--allow-all", "--no-check", "--quiet"]
    : [process.execPath]),
  fileURLToPath(new URL("../../src/cli.ts", import.meta.url)),
  ...args,
]

/** Runs it to its end. */
export function run(...args: readonly string[]) {
  const [name, ...rest] = commandOf(...args)
  return spawnSync(name, rest, { encoding: "utf8", timeout: timeoutMillis })
}

/** A `zerowire` that goes on until it ends by itself or `kill` ends it. */
export class Running {
  readonly child: ChildProcess
  /** Resolves with the status, or the signal's name. */
  readonly ended: Promise<number | string>
  #said = ""
  #printed = ""

  constructor(
    args: readonly string[],
    start: (command: readonly string[], options: SpawnOptions) => ChildProcess = plain,
  ) {
    this.child = start(commandOf(...args), { stdio: ["pipe", "pipe", "pipe"] })
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => this.#said += text)
    this.child.stdout?.on("data", (bytes: Uint8Array) => this.#printed += decoder.decode(bytes))
    this.ended = new Promise((resolve) =>
      this.child.on("close", (status, signal) => resolve(status ?? signal ?? "?"))
    )
  }

  /** What it has printed on standard error. */
  get said(): string {
    return this.#said
  }

  /** What it has printed on standard output. */
  get printed(): string {
    return this.#printed
  }

  /** The port that it listens on, once it does. */
  async port(): Promise<number> {
    const { stderr } = this.child
    if (stderr === null) throw new Error("Cannot hear it")
    for await (const line of createInterface(stderr)) {
      const [, port] = /^(?:Listening on|Relaying from) \S+, port (\d+)/.exec(line) ?? []
      if (port === undefined) throw new Error(`It does not listen: ${line}`)
      // The interface has stopped the stream.
      stderr.resume()
      return Number(port)
    }
    throw new Error(`It has ended: ${this.#said}`)
  }

  /** As a terminal or a supervisor does it. */
  signal(name: "SIGINT" | "SIGTERM" | "SIGKILL"): void {
    // With `child.kill`, Deno reports the signal, whatever the process ends with.
    if (this.child.pid !== undefined) process.kill(this.child.pid, name)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL")
    await this.ended
  }
}

const plain = ([name, ...args]: readonly string[], options: SpawnOptions): ChildProcess =>
  spawn(name, args, options)

const decoder = new TextDecoder()
const timeoutMillis = 60_000
