import type { ChildProcess } from "node:child_process"
import process from "node:process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { expectedHash } from "./check.ts"
import type { Programs } from "./compiler.ts"
import type { Link } from "./link.ts"
import { within } from "./within.ts"

/** What arrived at all peers of a run. */
export interface Arrival {
  readonly bytes: number
  /** Of one peer. */
  readonly least: number
  readonly most: number
  /** From the first byte to the last. */
  readonly seconds: number
  /** What the slowest peer had when half of all was there, over what the median peer had. */
  readonly slowestOfMedian: number
  /** Of what came, each once; none of an audience that only counts. */
  readonly hashes?: readonly string[]
}

/** What an audience is told. */
export interface Expected {
  readonly peers: number
  /** At all of them together. */
  readonly totalBytes: number
}

/** Many peers in one process, which count what comes. */
export class Audience implements Disposable {
  readonly port: number
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>

  private constructor(child: ChildProcess, lines: AsyncIterator<string>, port: number) {
    this.#child = child
    this.#lines = lines
    this.port = port
  }

  /** In C where there are programs, and in Bun else; only those that hash say what came. */
  static async start(
    link: Link,
    { peers, totalBytes }: Expected,
    programs: Programs | "hashing" | undefined,
  ): Promise<Audience> {
    const hashing = programs === "hashing"
    const command = programs === undefined || hashing
      ? [process.execPath, inBun]
      : [programs.counter]
    const numbers = [peers, totalBytes].map(String)
    const how = hashing ? ["hashing"] : []
    const child = link.receive([...command, link.address, ...numbers, ...how])
    if (child.stdout === null) throw new Error("Cannot hear the peers")
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
    return new Audience(child, lines, Number(await nextOf(lines)))
  }

  /** What the next so many connections brought, once they have ended. */
  async arrival(): Promise<Arrival> {
    const complaint = "its peers never saw the end of what it sent"
    return JSON.parse(await within(patience, nextOf(this.#lines), complaint))
  }

  /** Ends the process. */
  [Symbol.dispose](): void {
    this.#child.kill("SIGKILL")
  }
}

/** Why what arrived is not what was sent, or nothing. */
export function flawInArrival(
  { bytes, least, most, hashes }: Arrival,
  { peers, totalBytes }: Expected,
): string | undefined {
  if (bytes !== totalBytes) return `${bytes} of ${totalBytes} bytes arrived`
  const each = totalBytes / peers
  if (least !== each || most !== each) {
    return `a peer has ${least === each ? most : least} bytes instead of ${each}`
  }
  if (hashes === undefined || hashes.length === 0) return undefined
  const right = hashes.length === 1 && hashes[0] === expectedHash(each)
  return right ? undefined : "its bytes did not arrive unaltered"
}

async function nextOf(lines: AsyncIterator<string>): Promise<string> {
  const { value, done } = await lines.next()
  if (done) throw new Error("The peers have ended")
  return value
}

const inBun = fileURLToPath(new URL("rivals/counter.mjs", import.meta.url))
const patience = 10_000
