import { createHash } from "node:crypto"
import process from "node:process"
import { fileURLToPath } from "node:url"
import type { Programs } from "./compiler.ts"
import type { Link } from "./link.ts"
import { Listener } from "./listener.ts"
import { messageOf } from "../rivals/source.mjs"

/** What one connection brought to a peer that hashes. */
export interface Exchanged {
  readonly bytes: number
  readonly sha256: string
  /** Whether bytes of a message came before the one before was answered. */
  readonly early: boolean
}

/** A peer that answers each message with one byte, its number modulo 256. */
export class Answerer implements AsyncDisposable {
  readonly #listener: Listener

  private constructor(listener: Listener) {
    this.#listener = listener
  }

  /** In C where there are programs, and in Bun else; only one that hashes says what came. */
  static async start(
    link: Link,
    messageBytes: number,
    programs: Programs | "hashing" | undefined,
  ): Promise<Answerer> {
    const command = programs === undefined || programs === "hashing"
      ? [process.execPath, inBun]
      : [programs.answerer]
    const how = programs === "hashing" ? ["hashing"] : []
    const numbers = [String(messageBytes)]
    return new Answerer(await Listener.start(link, [...command, link.address, ...numbers, ...how]))
  }

  get port(): number {
    return this.#listener.port
  }

  /** What the next connection brought, once it has ended. */
  async exchanged(): Promise<Exchanged> {
    return JSON.parse(await this.#listener.report())
  }

  /** Ends the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listener[Symbol.asyncDispose]()
  }
}

/** Why what came is not the messages, one by one, or nothing. */
export function flawInExchange(
  { bytes, sha256, early }: Exchanged,
  { messageBytes, messages }: { readonly messageBytes: number; readonly messages: number },
): string | undefined {
  const expected = messageBytes * messages
  if (bytes !== expected) return `${bytes} of ${expected} bytes arrived`
  const hash = createHash("sha256")
  const message = messageOf(messageBytes)
  for (let i = 0; i < messages; i++) hash.update(message)
  if (sha256 !== hash.digest("hex")) return "its messages did not arrive unaltered"
  return early ? "it did not wait for the answer" : undefined
}

const inBun = fileURLToPath(new URL("../rivals/answerer.mjs", import.meta.url))
