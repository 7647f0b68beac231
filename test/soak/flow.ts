import { createHash } from "node:crypto"
import type { Readable } from "node:stream"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"
import { Peer } from "../lab/peer.ts"
import { Lab } from "../../lab/lab.ts"
import { fill } from "./content.ts"

export interface FlowOptions {
  readonly link: "lab" | "loopback"
  readonly totalBytes: number
  /**
   * Whether each chunk is its own buffer, which is taken; a view of a part, which is copied; or a
   * borrowed buffer that nobody reuses.
   */
  readonly chunks: "fresh" | "views" | "borrowed"
  /** What runs the sender: the binary and its arguments. */
  readonly sender: readonly string[]
  /** Bytes that all sockets may have pinned. Default: as it is. */
  readonly pinnedLimit?: number
}

/** The peak memory of a long stream, in bytes. */
export interface Flowed {
  readonly acceptedBytes: number
  readonly zerocopyBytes: number
  readonly copiedBytes: number
  /** Calls that found no room: the producer was faster. */
  readonly refusals: number
  readonly held: number
  /** Of all sockets, and the bound for it. */
  readonly pinnedBytes: number
  readonly pinnedLimit: number
  readonly queuedBytes: number
  /** Resident memory when connected, and its peak. */
  readonly rssBefore: number
  readonly rss: number
}

/** Sends one long stream. Rejects unless all of it arrives. */
export async function flow(options: FlowOptions): Promise<Flowed> {
  const { link, totalBytes, chunks, sender, pinnedLimit = 0 } = options
  await using lab = new Lab()
  const { a, b } = lab
  // So that the kernel does not limit the bytes in flight.
  a.namespace.sysctl("ipv4/tcp_wmem", `4096 131072 ${256 * 1024 * 1024}`)
  const address = link === "lab" ? b.ipv4 : "127.0.0.1"
  await using peer = await Peer.start((command) => lab.spawn(b, command), address)
  const child = lab.spawn(
    link === "lab" ? a : b,
    [
      ...sender,
      program,
      address,
      String(peer.port),
      String(totalBytes),
      chunks,
      String(pinnedLimit),
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  )
  const [printed, { bytes, sha256 }] = await Promise.all([
    text(child.stdout as Readable),
    peer.received,
  ])
  if (bytes !== totalBytes) throw new Error(`${bytes} of ${totalBytes} bytes have arrived`)
  if (sha256 !== hashOf(totalBytes)) throw new Error("What has arrived has another hash")
  return JSON.parse(printed)
}

/** Each limit that a stream exceeded, one per line. */
export function excessOf({ totalBytes }: FlowOptions, flowed: Flowed): string[] {
  const { pinnedBytes, queuedBytes, refusals, held, rssBefore, rss } = flowed
  const pinnedLimit = Math.min(flowed.pinnedLimit, socketBytes)
  const found: string[] = []
  const bound = (name: string, is: number, limit: number) => {
    if (is > limit) found.push(`${name} came to ${is} bytes, and may be ${limit}`)
  }
  bound("pinned memory", pinnedBytes, pinnedLimit)
  bound("the queue", queuedBytes, queueBytes)
  bound("resident memory above that of the start", rss - rssBefore, mostBytes)
  if (held > 0) found.push(`${held} pieces are held at the end`)
  if (flowed.acceptedBytes !== totalBytes) found.push(`${flowed.acceptedBytes} bytes were accepted`)
  // A socket alone may have half of it pinned, and waits for that before the kernel has no room.
  if (refusals === 0 && pinnedBytes < pinnedLimit / 2) {
    found.push("there was always room: nothing is proved")
  }
  return found
}

function hashOf(totalBytes: number): string {
  const known = hashes.get(totalBytes)
  if (known !== undefined) return known
  const hash = createHash("sha256")
  const chunk = new Uint8Array(1024 * 1024)
  for (let at = 0; at < totalBytes; at += chunk.byteLength) {
    const part = chunk.subarray(0, Math.min(chunk.byteLength, totalBytes - at))
    fill(0, at, part)
    hash.update(part)
  }
  const digest = hash.digest("hex")
  hashes.set(totalBytes, digest)
  return digest
}

/** By the number of bytes: they take seconds. */
const hashes = new Map<number, string>()

const MiB = 1024 * 1024
/** The queue of a socket with a courier, and the chunk that fills it. */
const queueBytes = (16 + 1) * MiB
/** What one socket may have pinned at most; for this and for its queue see docs/limits.md. */
const socketBytes = 64 * MiB
/** Pinned memory, the slots, the queue, and a hundred MiB of garbage. */
const mostBytes = 256 * MiB

const program = fileURLToPath(new URL("flow_main.ts", import.meta.url))
