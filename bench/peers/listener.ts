import { once } from "node:events"
import process from "node:process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import type { Programs } from "./compiler.ts"
import type { Link } from "./link.ts"
import { within } from "./within.ts"

/** A process at the receiving end of a link that prints its port, and then a line for each `Report`. */
export interface Listener<Report> extends AsyncDisposable {
  readonly port: number
  /**
   * What it says next. The sender has ended by then, so that what it sent is on its way at most; an Error
   * when it takes too long all the same.
   */
  report(): Promise<Report>
}

/**
 * Resolves once it listens; it ends with the link. It is in C where there are programs, and in Bun else,
 * slower for all alike. Only one that hashes says what came; the receiver and the feeder say nothing.
 */
export async function startListener<Report>(
  link: Link,
  name: "answerer" | "asker" | "counter" | "feeder" | "inflater" | "receiver",
  numbers: readonly number[],
  programs: Programs | "hashing" | undefined,
): Promise<Listener<Report>> {
  const inC = programs !== undefined && programs !== "hashing" && name !== "inflater"
  const inBun = fileURLToPath(new URL(`../rivals/${name}.mjs`, import.meta.url))
  const program = inC ? [programs[name]] : [process.execPath, inBun]
  const how = programs === "hashing" ? ["hashing"] : []
  const child = link.receive([...program, link.address, ...numbers.map(String), ...how])
  const closed = once(child, "close")
  if (child.stdout === null) throw new Error("Cannot hear the peer")
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const complaint = "its peer never saw the end of what it sent"
  return {
    port: Number(await nextOf(lines)),
    report: async () => JSON.parse(await within(patience, nextOf(lines), complaint)),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL")
      await closed
    },
  }
}

async function nextOf(lines: AsyncIterator<string>): Promise<string> {
  const { value, done } = await lines.next()
  if (done) throw new Error("The peer has ended")
  return value
}

const patience = 10_000
