import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import process from "node:process"
import { expectedHash } from "./check.ts"
import { httpObstacle, type HttpServer, type Served, startHttpServer } from "./http_server.ts"
import type { Link } from "./link.ts"
import { within } from "./within.ts"

/** A client at the receiving end that keeps its connections; see `rivals/http_client.mjs`. */
export interface HttpClient extends Disposable {
  open(count: number): Promise<{ readonly open: number }>
  ask(count: number): Promise<{ readonly p50: number; readonly p99: number; readonly lost: number }>
  /** Downloads on so many more, and answers how the slowest compares with the median one. */
  race(count: number, seconds: number): Promise<{ readonly slowest: number }>
  hash(path: string): Promise<{ readonly bytes: number; readonly sha256: string }>
}

/** Starts a client; `before` is what starts it, such as a command that raises limits. */
export function startHttpClient(
  link: Link,
  url: string,
  before: readonly string[] = [],
): HttpClient {
  const child = link.receive([...before, process.execPath, program, url])
  if (child.stdout === null) throw new Error("Cannot hear the client")
  let complaint = ""
  child.stderr?.on("data", (text) => complaint += text)
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  const ask = async (question: string) => {
    child.stdin?.write(`${question}\n`)
    const { value, done } = await within(patience, lines.next(), `its client waits for ever`)
    if (done) throw new Error(`its client has ended: ${complaint}`)
    return JSON.parse(value)
  }
  return {
    open: (count) => ask(`open ${count}`),
    ask: (count) => ask(`ask ${count}`),
    race: (count, seconds) => ask(`race ${count} ${seconds}`),
    hash: (path) => ask(`hash ${path}`),
    [Symbol.dispose]: () => void child.kill("SIGKILL"),
  }
}

/** Why a server gets no row, or nothing when its body arrives whole and unaltered. */
export async function flawOfServed(
  link: Link,
  { url }: HttpServer,
  { bytes, small }: Served,
): Promise<string | undefined> {
  const bodies = [["/", bytes], ...(small ? [["/small", 1024]] : [])] as [string, number][]
  using client = startHttpClient(link, url)
  try {
    for (const [path, length] of bodies) {
      const body = await client.hash(path)
      if (body.bytes !== length) return `${body.bytes} of ${length} bytes arrived at ${path}`
      if (body.sha256 !== expectedHash(length)) return "its bytes did not arrive unaltered"
    }
    return undefined
  } catch (failure) {
    return failure instanceof Error ? failure.message : String(failure)
  }
}

/** The same of one that is started only to see this. */
export async function flawOfRival(
  link: Link,
  rival: string,
  served: Served,
): Promise<string | undefined> {
  const obstacle = httpObstacle(rival)
  if (obstacle !== undefined) return obstacle
  try {
    await using server = await startHttpServer(link, rival, served)
    return await flawOfServed(link, server, served)
  } catch (failure) {
    return failure instanceof Error ? failure.message : String(failure)
  }
}

const program = fileURLToPath(new URL("../rivals/http_client.mjs", import.meta.url))

/** Ten thousand connections take their time. */
const patience = 120_000
