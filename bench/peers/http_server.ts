import type { ChildProcess } from "node:child_process"
import { spawnSync } from "node:child_process"
import { once } from "node:events"
import process from "node:process"
import { createInterface } from "node:readline"
import { setTimeout as sleep } from "node:timers/promises"
import { TemporaryFolder } from "../../tools/temporary_folder.ts"
import { parseStat, read } from "../method/foreign.ts"
import { commandOf } from "../rivals.ts"
import type { Sums } from "./http_sent.ts"
import type { Link } from "./link.ts"
import { nginxIn } from "./nginx.ts"
import { within } from "./within.ts"

/** Who serves, in the order in which they take turns: Zerowire, the runtime's own, `node:http`, and nginx. */
export const httpRivals = [
  ...["bun", "deno"].flatMap((runtime) =>
    ["zerowire", "own", "node"].map((who) => `${who}-${runtime}`)
  ),
  "nginx",
] as readonly string[]

/** What a server is to serve at `/`. It serves 1 KiB from memory at `/small`, if that is asked for. */
export interface Served {
  readonly source: "memory" | "file"
  readonly bytes: number
  readonly small?: boolean
  /** What starts the server, such as one that raises limits. */
  readonly before?: readonly string[]
}

/** A server at the sending end of a link. It ends with the block that declares it. */
export interface HttpServer extends AsyncDisposable {
  readonly url: string
  readonly pid: number
  /** User and system time so far. */
  cpuSeconds(): number
  /** Bytes that are resident. */
  rss(): number
  /** Bytes of a JavaScript heap after a collection, if it has one. */
  heap(): Promise<number | undefined>
  /** Counts of bytes so far; undefined if the server does not tell. */
  sent(): Promise<Sums | undefined>
}

/** Starts a server of `httpRivals`. */
export async function startHttpServer(
  link: Link,
  rival: string,
  served: Served,
): Promise<HttpServer> {
  return await (rival === "nginx" ? startNginx : startScript)(link, rival, served)
}

/** Why a server cannot be started here, or nothing. */
export const httpObstacle = (rival: string): string | undefined =>
  rival === "nginx" && spawnSync("nginx", ["-v"]).status !== 0
    ? "nginx is not installed: as root, `apt-get install nginx`"
    : undefined

async function startScript(
  link: Link,
  rival: string,
  { source, bytes, small = false, before = [] }: Served,
): Promise<HttpServer> {
  const [who, runtime] = rival.split("-") as [string, "bun" | "deno"]
  const flags = runtime === "deno" ? ["--v8-flags=--expose-gc"] : []
  const args = [who, source, String(bytes), link.senderAddress, ...(small ? ["small"] : [])]
  const child = link.serve([...before, ...commandOf(runtime, "http.ts", flags), ...args])
  if (child.stdout === null) throw new Error("Cannot hear the server")
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const next = async (): Promise<string> => {
    const { value, done } = await within(patience, lines.next(), `${rival} says nothing`)
    if (done) throw new Error(`${rival} has ended`)
    return value
  }
  const ask = async (question: string) => {
    child.stdin?.write(`${question}\n`)
    return JSON.parse(await next())
  }
  const server = serverOf(child, link, Number(await next()))
  return {
    ...server,
    heap: async () => (await ask("heap")).heap,
    sent: async () => {
      const sums = await ask("sent")
      return "acceptedBytes" in sums ? sums : undefined
    },
  }
}

async function startNginx(
  link: Link,
  _: string,
  { bytes, before = [] }: Served,
): Promise<HttpServer> {
  const folder = new TemporaryFolder("zerowire-nginx-")
  const { command, port, ready } = await nginxIn(folder.path, bytes, link.senderAddress)
  const child = link.serve([...before, ...command])
  // The others end with their standard input.
  const end = () => child.kill("SIGKILL")
  process.on("exit", end)
  for (const giveUp = Date.now() + patience; !ready(); await sleep(20)) {
    if (child.exitCode !== null || Date.now() > giveUp) {
      throw new Error(`nginx does not serve: ${read(`${folder.path}/error.log`)}`)
    }
  }
  const server = serverOf(child, link, port)
  return {
    ...server,
    async [Symbol.asyncDispose]() {
      process.off("exit", end)
      await server[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

function serverOf(child: ChildProcess, link: Link, port: number): HttpServer {
  const ended = once(child, "exit")
  const pid = child.pid ?? 0
  return {
    url: `http://${link.senderAddress}:${port}/`,
    pid,
    cpuSeconds: () => (parseStat(read(`/proc/${pid}/stat`))?.ticks ?? 0) / ticksPerSecond,
    rss: () => Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) * 1024,
    heap: () => Promise.resolve(undefined),
    sent: () => Promise.resolve(undefined),
    async [Symbol.asyncDispose]() {
      child.kill()
      // Deno's child.kill does nothing the second time.
      const force = setTimeout(() => process.kill(pid, "SIGKILL"), grace)
      await ended
      clearTimeout(force)
    },
  }
}

/** One that hangs does not hear SIGTERM; the others take their folders away first. */
const grace = 5000

/** A busy machine takes its time to start a runtime. */
const patience = 60_000

/** USER_HZ (proc(5)). */
const ticksPerSecond = 100
