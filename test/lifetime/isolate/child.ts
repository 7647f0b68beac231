/**
 * The program of `isolate_test.ts`: starts Workers that end in the given way, and prints what their peers
 * saw. `child.ts END held WAY…` keeps each connection alive beyond its Worker's end.
 */
import { existsSync } from "node:fs"
import process from "node:process"
import { setTimeout } from "node:timers/promises"
import { F_DUPFD_CLOEXEC } from "../../../ffi/constants.ts"
import { libc } from "../../../ffi/libc.ts"
import { connect, listen, type Socket, ZerowireError } from "../../../src/mod.ts"
import { insideOf } from "../../../src/tcp/socket.ts"
import { descriptors } from "../../descriptors.ts"
import { type End, mark, type Outcome, type Ready, type Way } from "./task.ts"

async function main(end: End, held: boolean, ways: readonly Way[]): Promise<void> {
  // What is opened for the first Worker, and for the first socket, stays open.
  await sending("ended", end, true)
  usual = await nothing(end)
  for (const way of ways) {
    const outcome = way === "listener" ? await listening(end) : await sending(way, end, held)
    // deno-lint-ignore no-console -- the test reads it
    console.log(JSON.stringify(outcome))
  }
}

/** What the runtime itself leaves open of each Worker. */
let usual: readonly string[] = []

async function sending(way: Way, end: End, held: boolean): Promise<Outcome> {
  const listener = await listen({ hostname: "127.0.0.1", port: 0 })
  const before = open()
  const worker = start()
  worker.postMessage({ port: listener.addr.port, way, end })
  const peer = await listener.accept()
  const ready = await worker.next() as Ready
  const copy = held ? libc().fcntl(Number(ready.fd), F_DUPFD_CLOEXEC, 0) : -1
  await ended(worker, end, ready)
  // The next owner of the isolate's memory.
  const others = Array.from({ length: 1000 }, () => new Uint8Array(20_000).fill(0xee))
  const left = held ? [] : await leftOver(before, peer)
  if (held) setTimeout(500).then(() => libc().close(copy))
  const seen = await read(peer)
  listener.close()
  if (others.some(([first]) => first !== 0xee)) throw new Error("Somebody wrote to foreign memory")
  return { way, ...seen, left }
}

async function listening(end: End): Promise<Outcome> {
  const before = open()
  const worker = start()
  worker.postMessage({ port: 0, way: "listener", end })
  const port = Number(await worker.next())
  const peer = await connect({ port })
  // The Worker goes on when it has heard that its connection is known here.
  await peer.writable.getWriter().write(new Uint8Array(1))
  await ended(worker, end, await worker.next() as Ready)
  const left = await leftOver(before, peer)
  const seen = await read(peer)
  const again = await listen({ hostname: "127.0.0.1", port }).then((listener) => {
    listener.close()
    return "taken again"
  }, String)
  return { way: "listener", ...seen, left, port: again }
}

/** What is left of a Worker that has used nothing. */
async function nothing(end: End): Promise<readonly string[]> {
  const before = open()
  const worker = start()
  worker.postMessage({ port: 0, way: "nothing", end })
  await ended(worker, end, await worker.next() as Ready)
  await setTimeout(200)
  return added(before)
}

interface Started {
  postMessage(message: unknown): void
  terminate(): void
  next(): Promise<unknown>
}

function start(): Started {
  const worker = new Worker(new URL("worker.ts", import.meta.url), { type: "module" })
  worker.onerror = (event: Event) => event.preventDefault()
  const said: unknown[] = []
  let hear = () => {}
  worker.onmessage = ({ data }) => {
    said.push(data)
    hear()
  }
  return {
    postMessage: (message) => worker.postMessage(message),
    terminate: () => worker.terminate(),
    async next() {
      while (said.length === 0) await new Promise<void>((resolve) => hear = resolve)
      return said.shift()
    },
  }
}

/** Resolves when the thread of the Worker is gone. */
async function ended(worker: Started, end: End, { thread }: Ready): Promise<void> {
  if (end === "is terminated") worker.terminate()
  while (existsSync(`/proc/self/task/${thread}`)) await setTimeout(5)
}

const open = (): ReadonlySet<string> =>
  new Set(descriptors().map(({ fd, target }) => `${fd} ${target.replace(/\d+/, "")}`))

/** What is open and was not before, without the numbers. */
const added = (before: ReadonlySet<string>, own = ""): string[] =>
  [...open()].filter((entry) => !before.has(entry) && entry.split(" ", 1)[0] !== own)
    .map((entry) => entry.replace(/^\d+ /, ""))

/** What a Worker has left. A call that is under way closes its socket when it ends, and so do others. */
async function leftOver(before: ReadonlySet<string>, peer: Socket): Promise<readonly string[]> {
  const own = String(insideOf(peer).connection.fd)
  for (let i = 0;; i++) {
    const left = without(added(before, own), usual)
    if (left.length === 0 || i === 300) return left
    await setTimeout(10)
  }
}

function without(left: readonly string[], usual: readonly string[]): readonly string[] {
  const rest = [...left]
  for (const target of usual) {
    const at = rest.indexOf(target)
    if (at >= 0) rest.splice(at, 1)
  }
  return rest
}

async function read(peer: Socket): Promise<Pick<Outcome, "bytes" | "foreign" | "end">> {
  let bytes = 0
  let foreign = 0
  try {
    for await (const part of peer.readable) {
      bytes += part.byteLength
      for (const byte of part) if (byte !== mark) foreign++
    }
    return { bytes, foreign, end: "FIN" }
  } catch (failure) {
    const lost = failure instanceof ZerowireError && failure.reason._tag === "ConnectionLost"
    return { bytes, foreign, end: lost ? failure.reason.code : String(failure) }
  } finally {
    await peer.abort()
  }
}

const [end, ...ways] = process.argv.slice(2)
const held = ways[0] === "held"
await main(end as End, held, ways.slice(held ? 1 : 0) as Way[])
process.exit(0)
