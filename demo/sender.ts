/**
 * Streams a file into a socket, in Bun or in Deno. `send` is what a user of Zerowire writes; the rest
 * measures and reports.
 *
 * @module
 */
import process from "node:process"
import { parseArgs } from "node:util"
import { connect, type Socket } from "../src/mod.ts"
import { checkFile, hashOf, streamOf } from "./file.ts"
import { exitWithParent, type Sent, tell } from "./message.ts"

/** The parsed command line. */
interface Job {
  readonly file: string
  readonly hostname: string
  readonly port: number
  readonly chunkBytes: number | undefined
  readonly stallSeconds: number
}

async function send(job: Job): Promise<Sent> {
  const bytes = checkFile(job.file)
  const sha256 = await hashOf(job.file)
  const started = performance.now()
  const cpu = process.cpuUsage()

  const socket = await connect({ hostname: job.hostname, port: job.port })
  const watcher = watch(socket, job.stallSeconds)
  const source = await streamOf(job.file, job.chunkBytes)
  await Promise.race([source.pipeTo(socket.writable), watcher.stalled])
  await Promise.race([socket.close(), watcher.stalled])

  watcher.stop()
  const { user, system } = process.cpuUsage(cpu)
  const seconds = (performance.now() - started) / 1000
  return { bytes, seconds, cpuSeconds: (user + system) / 1e6, stats: socket.stats(), sha256 }
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
      "stall-seconds": { type: "string", default: "30" },
    },
  })
  if (values.file === undefined || values.port === undefined) {
    throw new TypeError("Cannot start the sender: --file and --port are needed")
  }
  return {
    file: values.file,
    hostname: values.hostname,
    port: Number(values.port),
    chunkBytes: values.chunk === undefined ? undefined : Number(values.chunk),
    stallSeconds: Number(values["stall-seconds"]),
  }
}

const reportMillis = 200

try {
  const job = jobOf(process.argv.slice(2))
  exitWithParent()
  tell({ type: "sent", sent: await send(job) })
  process.exit(0)
} catch (failure) {
  const message = failure instanceof Error ? failure.message : String(failure)
  tell({ type: "failed", message, status: 1 })
  process.exit(1)
}
