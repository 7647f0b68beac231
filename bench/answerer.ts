import type { ChildProcess } from "node:child_process"
import { createHash } from "node:crypto"
import process from "node:process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import type { Programs } from "./compiler.ts"
import type { Link } from "./link.ts"
import { messageOf } from "./rivals/source.mjs"
import { within } from "./within.ts"

/** What one connection brought to a peer that hashes. */
export interface Exchanged {
  readonly bytes: number
  readonly sha256: string
  /** Whether bytes of a message came before the one before was answered. */
  readonly early: boolean
}

/** A peer that answers each message with one byte, its number modulo 256. */
export class Answerer implements Disposable {
  readonly port: number
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>

  private constructor(child: ChildProcess, lines: AsyncIterator<string>, port: number) {
    this.#child = child
    this.#lines = lines
    this.port = port
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
    const child = link.receive([...command, link.address, String(messageBytes), ...how])
    if (child.stdout === null) throw new Error("Cannot hear the peer")
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    return new Answerer(child, lines, Number((await lines.next()).value))
  }

  /** What the next connection brought, once it has ended. */
  async exchanged(): Promise<Exchanged> {
    const complaint = "its peer never saw the end of what it sent"
    return JSON.parse((await within(patience, this.#lines.next(), complaint)).value ?? "")
  }

  /** Ends the process. */
  [Symbol.dispose](): void {
    this.#child.kill("SIGKILL")
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

const inBun = fileURLToPath(new URL("rivals/answerer.mjs", import.meta.url))
const patience = 10_000
