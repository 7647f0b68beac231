import type { ChildProcess } from "node:child_process"
import process from "node:process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

/** What a peer received until the FIN. */
export interface Received {
  readonly bytes: number
  /** In hexadecimal. */
  readonly sha256: string
}

/** A process that accepts one connection with the runtime's own sockets. */
export class Peer implements AsyncDisposable {
  readonly port: number
  /** Resolves at the FIN; rejects if the connection or the process ends in another way. */
  readonly received: Promise<Received>
  readonly #child: ChildProcess
  readonly #ended: Promise<void>

  private constructor(
    child: ChildProcess,
    ended: Promise<void>,
    port: number,
    received: Promise<Received>,
  ) {
    this.#child = child
    this.#ended = ended
    this.port = port
    this.received = received
    // A test that aborts on purpose does not await it.
    received.catch(() => {})
  }

  /** Starts a peer that listens on `address`; `spawn` decides where it runs. */
  static async start(
    spawn: (command: readonly string[]) => ChildProcess,
    address: string,
    reading: "reading" | "paused" = "reading",
  ): Promise<Peer> {
    const child = spawn([...runtime, program, address, reading])
    const ended = Promise.withResolvers<void>()
    const listening = Promise.withResolvers<number>()
    const received = Promise.withResolvers<Received>()
    let complaints = ""
    child.stderr?.setEncoding("utf8").on("data", (text: string) => complaints += text)
    child.on("close", () => {
      const failure = new Error(`The peer has ended. ${complaints}`)
      listening.reject(failure)
      received.reject(failure)
      ended.resolve()
    })
    if (child.stdout === null) throw new Error("Cannot hear the peer")
    createInterface(child.stdout).on("line", (line) => {
      const message = JSON.parse(line)
      if (message.type === "listening") listening.resolve(message.port)
      if (message.type === "received") received.resolve(message)
      if (message.type === "lost") received.reject(new Error(message.message))
    })
    received.promise.catch(() => {})
    return new Peer(child, ended.promise, await listening.promise, received.promise)
  }

  /** Stops reading until `resume`. */
  pause(): void {
    this.#say("pause")
  }

  resume(): void {
    this.#say("resume")
  }

  /** Resets the connection. */
  reset(): void {
    this.#say("reset")
  }

  /** Sends a FIN. */
  end(): void {
    this.#say("end")
  }

  /** Kills the process, as in a crash. */
  kill(): void {
    this.#child.kill("SIGKILL")
  }

  /** Ends the process, and waits until it is gone. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.kill()
    await this.#ended
  }

  #say(command: string): void {
    this.#child.stdin?.write(`${command}\n`)
  }
}

const program = fileURLToPath(new URL("peer_main.ts", import.meta.url))
const runtime = "Deno" in globalThis
  ? [process.execPath, "run", "--allow-all", "--no-check"]
  : [process.execPath]
