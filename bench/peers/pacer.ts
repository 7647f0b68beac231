import { once } from "node:events"
import { createInterface } from "node:readline"
import { response } from "../rivals/response.mjs"
import type { Programs } from "./compiler.ts"
import type { Link } from "./link.ts"
import { within } from "./within.ts"

/** How a server is asked at a fixed rate. */
export interface Pace {
  readonly connections: number
  /** Requests a second, of all connections together. */
  readonly rate: number
  readonly seconds: number
  /** Seconds that the last answers may take after that. */
  readonly patience: number
  /** A command that starts it. */
  readonly before?: readonly string[]
}

/** What came of it. Times are microseconds, and count from when a request was due. */
export interface Paced {
  readonly due: number
  readonly answered: number
  readonly p50: number
  readonly p99: number
  readonly most: number
  /**
   * How late the client itself asked on connections that were free, the 99th percentile: times below it are
   * the client's, or those of the machine, and say nothing about the server.
   */
  readonly late: number
}

/** @throws {Error} if a connection fails, or an answer is not the right one. */
export async function askAtRate(
  link: Link,
  { pacer }: Pick<Programs, "pacer">,
  port: number,
  { connections, rate, seconds, patience, before = [] }: Pace,
): Promise<Paced> {
  const numbers = [port, connections, rate, seconds, patience].map(String)
  const answer = new TextDecoder().decode(response)
  const child = link.receive([...before, pacer, link.senderAddress, ...numbers, answer])
  let text = ""
  child.stdout?.on("data", (part) => text += part)
  child.stderr?.on("data", (part) => text += part)
  const [status] = await once(child, "close")
  if (status !== 0) throw new Error(text.trim())
  return JSON.parse(text)
}

/** Connections that take bodies from a server all the time, until the block ends that declares them. */
export interface Takers extends AsyncDisposable {
  /** What each has got so far. */
  bytes(): Promise<readonly number[]>
}

/** Resolves when all are connected. */
export async function startTakers(
  link: Link,
  { taker }: Pick<Programs, "taker">,
  port: number,
  connections: number,
): Promise<Takers> {
  const child = link.receive([taker, link.senderAddress, String(port), String(connections)])
  const closed = once(child, "close")
  let complaint = ""
  child.stderr?.on("data", (part) => complaint += part)
  if (child.stdout === null) throw new Error("Cannot hear those who take bodies")
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const bytes = async (): Promise<readonly number[]> => {
    child.stdin?.write("\n")
    const { value, done } = await within(patience, lines.next(), "nobody says what was taken")
    if (done) {
      await closed
      throw new Error(`Nobody takes bodies: ${complaint.trim()}`)
    }
    return JSON.parse(value)
  }
  child.stdin?.on("error", () => {})
  await bytes()
  return {
    bytes,
    async [Symbol.asyncDispose]() {
      child.stdin?.end()
      await closed
    },
  }
}

/** A busy machine takes its time. */
const patience = 60_000
