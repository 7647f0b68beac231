import process from "node:process"
import { fileURLToPath } from "node:url"
import type { Link } from "./link.ts"
import type { Sent } from "./message.ts"
import { follow } from "./process.ts"
import { type Runtime, senderCommand } from "./runtime.ts"
import type { Way } from "./ways.ts"

/** The parameters of one run. */
export interface RunOptions {
  readonly runtime: Runtime
  readonly way: Way
  readonly link: Link
  readonly file: string
  /** The SHA-256 of the file, in hexadecimal. */
  readonly sha256: string
  readonly chunkBytes: number | undefined
  readonly progress: (bytes: number) => void
}

/** The result of one run, as `--json` prints it. */
export interface RunResult {
  readonly runtime: Runtime
  readonly link: string
  readonly way: Way
  readonly bytes: number
  readonly seconds: number
  readonly cpuSecondsPerGB: number
  readonly sends: number
  readonly zerocopySends: number
  readonly notified: number
  /** Ids that the kernel is known to have copied. */
  readonly copied: number
  /** Ids for which the kernel did not report it: a merged notification describes only its first member. */
  readonly unknown: number
  /** Bytes that somebody is known to have copied on the sending side. */
  readonly copiedBytes: number
  /** Bytes that the kernel may have copied: it did not report it. */
  readonly unknownBytes: number
  /** Bytes that Zerowire chose to copy, by reason. */
  readonly reasons: Readonly<Record<string, number>>
  readonly released: number
  readonly held: number
  readonly sha256Sent: string
  readonly sha256Received: string
}

/**
 * Streams the file once, from one process to another.
 *
 * @throws {ProcessFailed} if one of them fails; the other is then ended.
 */
export async function run(options: RunOptions): Promise<RunResult> {
  const { runtime, way, link, file, chunkBytes, progress } = options
  // Where chunks have a size, they may be so small that once takes long.
  const warm = chunkBytes === undefined
  const receiver = link.spawnReceiver([
    ...[process.execPath, receiverPath, link.address],
    ...(warm ? ["warm"] : []),
  ])
  let received: { readonly bytes: number; readonly sha256: string } | undefined
  const listening = Promise.withResolvers<number>()
  const receiving = follow("receiver", receiver, (message) => {
    if (message.type === "listening") listening.resolve(message.port)
    if (message.type === "received") received = message
  })
  receiving.catch(listening.reject)

  const port = await listening.promise
  const target = { hostname: link.address, port, file, chunkBytes }
  const sender = link.spawnSender(senderCommand(runtime, way, target, warm))
  let sent: Sent | undefined
  const sending = follow("sender", sender, (message) => {
    if (message.type === "progress") progress(message.bytes)
    if (message.type === "sent") sent = message.sent
  })
  // If the receiver failed by itself, that is the cause, and the sender's failure its effect.
  sending.catch(() => receiver.kill("SIGTERM"))
  const [receipt, sendOff] = await Promise.allSettled([receiving, sending])
  const killed = sendOff.status === "rejected" && receiver.signalCode === "SIGTERM"
  if (receipt.status === "rejected" && !killed) throw receipt.reason
  if (sendOff.status === "rejected") throw sendOff.reason
  if (sent === undefined || received === undefined) {
    throw new Error("A process ended without a result")
  }
  return resultOf(options, sent, received)
}

function resultOf(
  { runtime, way, link, sha256 }: RunOptions,
  { bytes, seconds, cpuSeconds, stats }: Sent,
  received: { readonly bytes: number; readonly sha256: string },
): RunResult {
  return {
    ...{ runtime, link: link.name, way, bytes: received.bytes, seconds },
    cpuSecondsPerGB: cpuSeconds / (bytes / 1e9),
    ...(stats === undefined ? ownSocket(bytes) : {
      sends: stats.sends,
      zerocopySends: stats.zerocopy.sends,
      notified: stats.zerocopy.notified,
      copied: stats.zerocopy.kernelCopiedIds,
      unknown: stats.zerocopy.unverifiedIds,
      copiedBytes: stats.copiedBytes + stats.kernelCopiedBytes,
      unknownBytes: stats.unverifiedBytes,
      reasons: stats.reasons,
      released: stats.released,
      held: stats.held,
    }),
    sha256Sent: sha256,
    sha256Received: received.sha256,
  }
}

/** The runtime's own socket counts nothing, and copies every byte. */
const ownSocket = (bytes: number) => ({
  ...{ sends: 0, zerocopySends: 0, notified: 0, copied: 0, unknown: 0 },
  ...{ copiedBytes: bytes, unknownBytes: 0, reasons: {}, released: 0, held: 0 },
})

const receiverPath = fileURLToPath(new URL("receiver.ts", import.meta.url))
