import process from "node:process"
import { fileURLToPath } from "node:url"
import type { Link } from "./link.ts"
import type { Message, Sent } from "./message.ts"
import { follow } from "./process.ts"
import { type Runtime, senderCommand } from "./runtime.ts"
import type { Way } from "./ways.ts"

/** The parameters of the runs of one sender. */
export interface RunOptions {
  readonly runtime: Runtime
  /** One run for each, in this order. */
  readonly ways: readonly Way[]
  readonly link: Link
  readonly file: string
  /** The SHA-256 of the file, in hexadecimal. */
  readonly sha256: string
  readonly chunkBytes: number | undefined
  /** A file to send before each run, so that compilers are done with most of the code. */
  readonly warmUp: string | undefined
  readonly progress: (bytes: number) => void
  readonly finished: (result: RunResult) => void
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
 * Streams the file from one process to another, once by each way. The same two processes serve all ways:
 * starting them takes as long as sending.
 *
 * @throws {ProcessFailed} if one of them fails; the other is then ended.
 */
export async function run(options: RunOptions): Promise<void> {
  const { runtime, ways, link, warmUp, progress } = options
  const receiver = link.spawnReceiver([
    ...[process.execPath, receiverPath, link.address, String(ways.length)],
    ...(warmUp === undefined ? [] : ["warm"]),
  ])
  const results = new Results(options)
  const listening = Promise.withResolvers<number>()
  const receiving = follow("receiver", receiver, (message) => {
    if (message.type === "listening") listening.resolve(message.port)
    if (message.type === "received") results.received(message)
  })
  receiving.catch(listening.reject)

  const port = await listening.promise
  const job = { ...options, hostname: link.address, port }
  const sender = link.spawnSender(senderCommand(runtime, job))
  const sending = follow("sender", sender, (message) => {
    if (message.type === "progress") progress(message.bytes)
    if (message.type === "sent") results.sent(message)
  })
  // If the receiver failed by itself, that is the cause, and the sender's failure its effect.
  sending.catch(() => receiver.kill("SIGTERM"))
  const [receipt, sendOff] = await Promise.allSettled([receiving, sending])
  const killed = sendOff.status === "rejected" && receiver.signalCode === "SIGTERM"
  if (receipt.status === "rejected" && !killed) throw receipt.reason
  if (sendOff.status === "rejected") throw sendOff.reason
  results.checkComplete()
}

/** What both ends report of each run, put together. */
class Results {
  readonly #options: RunOptions
  readonly #sent: { readonly way: Way; readonly sent: Sent }[] = []
  readonly #received: Received[] = []
  #complete = 0

  constructor(options: RunOptions) {
    this.#options = options
  }

  sent(run: { readonly way: Way; readonly sent: Sent }): void {
    this.#sent.push(run)
    this.#put()
  }

  received(receipt: Received): void {
    this.#received.push(receipt)
    this.#put()
  }

  /** @throws {Error} if both processes ended, and a report is missing. */
  checkComplete(): void {
    if (this.#complete < this.#options.ways.length) {
      throw new Error("A process ended without a result")
    }
  }

  #put(): void {
    if (this.#complete === Math.min(this.#sent.length, this.#received.length)) return
    const { way, sent } = this.#sent[this.#complete]
    const receipt = this.#received[this.#complete]
    this.#complete++
    this.#options.finished(resultOf(this.#options, way, sent, receipt))
  }
}

/** What the receiver reports of a connection. */
type Received = Pick<Extract<Message, { readonly type: "received" }>, "bytes" | "sha256">

function resultOf(
  { runtime, link, sha256 }: RunOptions,
  way: Way,
  { bytes, seconds, cpuSeconds, stats }: Sent,
  received: Received,
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
