/**
 * Streams a file into a socket by one way after the other, in Bun or in Deno. What a user of Zerowire writes
 * is in `ways.ts`; this measures and reports.
 *
 * @module
 */
import process from "node:process"
import { parseArgs } from "node:util"
import type { Socket } from "../src/mod.ts"
import { checkFile } from "./file.ts"
import { exitWithParent, type Sent, tell } from "./message.ts"
import type { Sendings } from "./runtime.ts"
import { sendBy, type Way, ways } from "./ways.ts"

/** The parsed command line. */
interface Job extends Sendings {
  readonly stallSeconds: number
}

async function send(job: Job, way: Way): Promise<Sent> {
  const bytes = checkFile(job.file)
  if (job.warmUp !== undefined) await sendWatched({ ...job, file: job.warmUp }, way)
  const started = performance.now()
  const cpu = process.cpuUsage()
  const stats = await sendWatched(job, way)
  const { user, system } = process.cpuUsage(cpu)
  const seconds = (performance.now() - started) / 1000
  return { bytes, seconds, cpuSeconds: (user + system) / 1e6, stats }
}

async function sendWatched(job: Job, way: Way): Promise<Sent["stats"]> {
  let watcher: ReturnType<typeof watch> | undefined
  const stats = await sendBy(way, job, (socket) => {
    watcher = watch(socket, job.stallSeconds)
    return watcher.stalled
  })
  watcher?.stop()
  return stats
}

/** Reports progress, and resets the connection if there is none for a while. */
function watch(socket: Socket, stallSeconds: number): { stalled: Promise<never>; stop(): void } {
  const { promise: stalled, reject } = Promise.withResolvers<never>()
  stalled.catch(() => {})
  let last = -1
  let quiet = 0
  const timer = setInterval(() => {
    const bytes = socket.stats().acceptedBytes
    quiet = bytes === last ? quiet + reportMillis : 0
    last = bytes
    tell({ type: "progress", bytes })
    if (quiet < stallSeconds * 1000) return
    const message = `The receiver took nothing for ${stallSeconds} s after ${bytes} bytes`
    // Not with pipeTo's signal, which is ignored once the file has ended.
    reject(new Error(message))
    socket.abort()
  }, reportMillis)
  return { stalled, stop: () => clearInterval(timer) }
}

function jobOf(args: readonly string[]): Job {
  const { values } = parseArgs({
    args: [...args],
    options: {
      file: { type: "string" },
      hostname: { type: "string", default: "127.0.0.1" },
      port: { type: "string" },
      chunk: { type: "string" },
      ways: { type: "string", default: "stream" },
      "warm-up": { type: "string" },
      "stall-seconds": { type: "string", default: "30" },
    },
  })
  if (values.file === undefined || values.port === undefined) {
    throw new TypeError("Cannot start the sender: --file and --port are needed")
  }
  return {
    ways: values.ways.split(",").map(wayNamed),
    warmUp: values["warm-up"],
    file: values.file,
    hostname: values.hostname,
    port: Number(values.port),
    chunkBytes: values.chunk === undefined ? undefined : Number(values.chunk),
    stallSeconds: Number(values["stall-seconds"]),
  }
}

function wayNamed(name: string): Way {
  const way = ways.find((way) => way === name)
  if (way === undefined) throw new TypeError(`There is no way "${name}" to send a file`)
  return way
}

const reportMillis = 200

try {
  const job = jobOf(process.argv.slice(2))
  exitWithParent()
  for (const way of job.ways) tell({ type: "sent", way, sent: await send(job, way) })
  process.exit(0)
} catch (failure) {
  const message = failure instanceof Error ? failure.message : String(failure)
  tell({ type: "failed", message, status: 1 })
  process.exit(1)
}
