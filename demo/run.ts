import process from "node:process"
import { fileURLToPath } from "node:url"
import type { Link } from "./link.ts"
import type { Sent } from "./message.ts"
import { follow } from "./process.ts"
import { type Runtime, senderCommand } from "./runtime.ts"

/** The parameters of one run. */
export interface RunOptions {
  readonly runtime: Runtime
  readonly link: Link
  readonly file: string
  readonly chunkBytes: number | undefined
  readonly progress: (bytes: number) => void
}

/** The result of one run, as `--json` prints it. */
export interface RunResult {
  readonly runtime: Runtime
  readonly link: string
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
  const { runtime, link, file, chunkBytes, progress } = options
  const receiver = link.spawnReceiver([process.execPath, receiverPath, link.address])
  let received: { readonly bytes: number; readonly sha256: string } | undefined
  const listening = Promise.withResolvers<number>()
  const receiving = follow("receiver", receiver, (message) => {
    if (message.type === "listening") listening.resolve(message.port)
    if (message.type === "received") received = message
  })
  receiving.catch(listening.reject)

  const port = await listening.promise
  const target = { hostname: link.address, port, file, chunkBytes }
  const sender = link.spawnSender(senderCommand(runtime, target))
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
  return resultOf(runtime, link, sent, received)
}

function resultOf(
  runtime: Runtime,
  link: Link,
  { bytes, seconds, cpuSeconds, stats, sha256 }: Sent,
  received: { readonly bytes: number; readonly sha256: string },
): RunResult {
  return {
    runtime,
    link: link.name,
    bytes: received.bytes,
    seconds,
    cpuSecondsPerGB: cpuSeconds / (bytes / 1e9),
    sends: stats.sends,
    zerocopySends: stats.zerocopy.sends,
    notified: stats.zerocopy.notified,
    copied: stats.zerocopy.kernelCopiedIds,
    unknown: stats.zerocopy.unverifiedIds,
    reasons: stats.reasons,
    released: stats.released,
    held: stats.held,
    sha256Sent: sha256,
    sha256Received: received.sha256,
  }
}

const receiverPath = fileURLToPath(new URL("receiver.ts", import.meta.url))
