import { once } from "node:events"
import { createInterface } from "node:readline"
import { parseStat, read } from "../method/foreign.ts"
import type { Sums } from "./http_sent.ts"
import type { Link } from "./link.ts"
import { within } from "./within.ts"

/** A server of the suite `small`. It ends with the block that declares it. */
export interface AskedServer extends AsyncDisposable {
  readonly port: number
  /** Where it sends bodies without end, if it was asked `beside`. */
  readonly bodiesPort: number | undefined
  /** User and system time so far. */
  cpuSeconds(): number
  /** How the bytes of bodies went so far. Only Zerowire's servers tell: others never answer. */
  sent(): Promise<Sums>
}

/** Resolves when it listens. */
export async function startAsked(link: Link, command: readonly string[]): Promise<AskedServer> {
  const server = link.serve(command)
  const ended = once(server, "exit")
  // One that has ended takes no question; that it has is seen when no answer comes.
  server.stdin?.on("error", () => {})
  if (server.stdout === null) throw new Error("Cannot hear the server")
  const lines = createInterface(server.stdout)[Symbol.asyncIterator]()
  const next = async (): Promise<string> => {
    const { value, done } = await within(patience, lines.next(), "the server says nothing")
    if (done) throw new Error("the server has ended")
    return value
  }
  const [port, bodiesPort] = (await next()).split(" ").map(Number)
  return {
    port,
    bodiesPort,
    cpuSeconds: () => (parseStat(read(`/proc/${server.pid}/stat`))?.ticks ?? 0) / ticksPerSecond,
    async sent() {
      server.stdin?.write("sent\n")
      return JSON.parse(await next())
    },
    async [Symbol.asyncDispose]() {
      // One that hangs would not notice the end of its standard input.
      server.kill("SIGKILL")
      await ended
    },
  }
}

/** A busy machine takes its time to start a runtime. */
const patience = 60_000

/** USER_HZ (proc(5)). */
const ticksPerSecond = 100
