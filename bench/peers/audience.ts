import process from "node:process"
import { fileURLToPath } from "node:url"
import { expectedHash } from "./check.ts"
import type { Programs } from "./compiler.ts"
import type { Link } from "./link.ts"
import { Listener } from "./listener.ts"

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
export class Audience implements AsyncDisposable {
  readonly #listener: Listener

  private constructor(listener: Listener) {
    this.#listener = listener
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
    return new Audience(await Listener.start(link, [...command, link.address, ...numbers, ...how]))
  }

  get port(): number {
    return this.#listener.port
  }

  /** What the next so many connections brought, once they have ended. */
  async arrival(): Promise<Arrival> {
    return JSON.parse(await this.#listener.report())
  }

  /** Ends the process. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#listener[Symbol.asyncDispose]()
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

const inBun = fileURLToPath(new URL("../rivals/counter.mjs", import.meta.url))
