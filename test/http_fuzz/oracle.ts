import { Buffer } from "node:buffer"
import { type ChildProcess, spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import type { Attack } from "./attack.ts"

/** What another parser makes of both directions of a connection. */
export interface Opinion {
  /** The heads of requests up to the first thing that it refuses: method and target. */
  readonly heads: readonly (readonly [string, string])[]
  /** The requests whose bodies are whole: method, target, the body's length and hash. */
  readonly whole: readonly (readonly [string, string, number, string])[]
  /** The statuses of all answers that are whole. */
  readonly statuses: readonly number[]
  /** What is wrong with the answers. */
  readonly wrong: string | null
}

/** A program that reads a line of JSON for each connection, and answers with an `Opinion`. */
export class Oracle implements AsyncDisposable {
  readonly name: string
  readonly #child: ChildProcess
  readonly #waiting: ((line: string) => void)[] = []
  readonly #ended: Promise<never>

  private constructor(name: string, command: string, program: string) {
    this.name = name
    const path = fileURLToPath(new URL(program, import.meta.url))
    this.#child = spawn(command, [path], { stdio: ["pipe", "pipe", "inherit"] })
    this.#ended = new Promise((_, reject) => {
      this.#child.on("error", reject)
      this.#child.on("close", (code) => reject(new Error(`${name} has ended with ${code}`)))
    })
    this.#ended.catch(() => {})
    const { stdout } = this.#child
    if (stdout === null) throw new Error("Cannot hear the oracle")
    createInterface(stdout).on("line", (line) => this.#waiting.shift()?.(line))
  }

  /** Node's own parser, which is strict by default. */
  static node(): Oracle {
    return new Oracle("node", "node", "node_oracle.mjs")
  }

  /** Debian's python3-h11. */
  static h11(): Oracle {
    return new Oracle("h11", "/usr/bin/python3", "h11_oracle.py")
  }

  async ask({ plan, received, calls, end }: Attack): Promise<Opinion> {
    const line = new Promise<string>((resolve) => this.#waiting.push(resolve))
    const question = {
      sent: Buffer.from(plan.bytes, "latin1").toString("base64"),
      received: Buffer.from(received).toString("base64"),
      methods: calls.map(({ method }) => method),
      whole: end === "fin",
    }
    this.#child.stdin?.write(`${JSON.stringify(question)}\n`)
    return JSON.parse(await Promise.race([line, this.#ended]))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin?.end()
    // It may have ended long ago.
    await this.#ended.catch(() => {})
  }
}
