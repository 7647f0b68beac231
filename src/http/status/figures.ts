import { noSums, type Sums } from "../server/roster.ts"
import type { Counted } from "../server/roster.ts"
import type { Running } from "../server/running.ts"

/** What the page shows of one moment. */
export interface Figures extends Sums {
  /** Milliseconds since 1970. */
  readonly at: number
  /** Servers of this isolate. */
  readonly servers: number
  /** Clients that take what waits for them most slowly, the slowest first. */
  readonly slowest: readonly SlowPeer[]
}

/** A client for whom bytes wait. */
interface SlowPeer {
  readonly address: string
  readonly queuedBytes: number
  readonly inFlightBytes: number
  /** What the kernel has accepted for it lately. */
  readonly bytesPerSecond: number
}

/** Takes figures again and again; rates are those since it took the last ones. */
export class Sampler {
  #before = new Map<Counted, number>()
  #beforeAt = performance.now()

  take(servers: Iterable<Running>): Figures {
    const sums = noSums()
    const now = performance.now()
    const seconds = Math.max(0.001, (now - this.#beforeAt) / 1000)
    const accepted = new Map<Counted, number>()
    const peers: SlowPeer[] = []
    let count = 0
    for (const { roster } of servers) {
      count++
      roster.addTo(sums)
      for (const connection of roster.open) {
        const { acceptedBytes, inFlightBytes, queuedBytes } = connection.transport.stats()
        accepted.set(connection, acceptedBytes)
        const before = this.#before.get(connection)
        if (queuedBytes === 0 || before === undefined) continue
        const address = addressOf(connection)
        const bytesPerSecond = Math.round((acceptedBytes - before) / seconds)
        peers.push({ address, queuedBytes, inFlightBytes, bytesPerSecond })
      }
    }
    this.#before = accepted
    this.#beforeAt = now
    peers.sort((a, b) => a.bytesPerSecond - b.bytesPerSecond)
    return { at: Date.now(), servers: count, ...sums, slowest: peers.slice(0, mostPeers) }
  }
}

function addressOf({ transport }: Counted): string {
  const { hostname, port } = transport.remoteAddr
  return hostname === ""
    ? "local"
    : hostname.includes(":")
    ? `[${hostname}]:${port}`
    : `${hostname}:${port}`
}

const mostPeers = 8
