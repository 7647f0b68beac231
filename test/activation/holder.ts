import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process"
import { once } from "node:events"
import process from "node:process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

/** What to pass to a program, and which program. */
export interface Held {
  /** How many listening TCP sockets. Default 1. */
  readonly sockets?: number
  /** LISTEN_FDNAMES. Default: none. */
  readonly names?: string
  /** A program of this folder, and its arguments. */
  readonly program: readonly [file: string, ...args: string[]]
}

/** Listening sockets that outlive the programs that get them, as systemd's do. */
export class Holder implements AsyncDisposable {
  readonly ports: readonly number[]
  readonly #child: ChildProcessWithoutNullStreams
  readonly #lines: AsyncIterableIterator<string>
  readonly #started = new Set<number>()

  private constructor(
    child: ChildProcessWithoutNullStreams,
    lines: AsyncIterableIterator<string>,
    ports: readonly number[],
  ) {
    this.#child = child
    this.#lines = lines
    this.ports = ports
  }

  static async open({ sockets = 1, names = "", program }: Held): Promise<Holder> {
    const [file, ...args] = program
    const runtime = process.versions.bun === undefined ? ["run", "-A", "--no-check", "--quiet"] : []
    const script = fileURLToPath(new URL(file, import.meta.url))
    const holder = fileURLToPath(new URL("./holder.mjs", import.meta.url))
    const command = [process.execPath, ...runtime, script, ...args]
    const child = spawn("node", [holder, String(sockets), names, ...command])
    child.stderr.pipe(process.stderr)
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const { value } = await lines.next()
    return new Holder(child, lines, String(value).split(" ").map(Number))
  }

  /** Starts the program once, and returns what it says first. */
  async start<T extends { readonly pid: number }>(): Promise<T> {
    this.#child.stdin.write("start\n")
    const said = await this.said<T>()
    this.#started.add(said.pid)
    return said
  }

  /** The next line that a program prints, as JSON. */
  async said<T>(): Promise<T> {
    const { value, done } = await this.#lines.next()
    if (done === true) throw new Error("The programs have ended without a word")
    return JSON.parse(value)
  }

  /** Tells a program that `start` has returned to end. */
  stop(pid: number): void {
    this.#started.delete(pid)
    process.kill(pid, "SIGTERM")
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pid of [...this.#started]) this.stop(pid)
    this.#child.stdin.end()
    if (this.#child.exitCode === null) await once(this.#child, "close")
  }
}
