import type { CopyReason } from "../../pieces/mod.ts"
import type { NetAddress, SocketStats } from "../../tcp/mod.ts"

/** A connection, as far as the figures go. */
export interface Counted {
  readonly transport: { readonly remoteAddr: NetAddress; stats(): SocketStats }
}

/** Counts the requests that reached the handler of one server. */
export interface Tally {
  begun: number
  /** Requests whose response is written, or never will be. */
  ended: number
}

/** Sums over the connections of a server since it has started. The first four are of the moment. */
export interface Sums {
  connections: number
  busy: number
  inFlightBytes: number
  queuedBytes: number
  requests: number
  receivedBytes: number
  acceptedBytes: number
  zerocopyBytes: number
  movedBytes: number
  kernelCopiedBytes: number
  unverifiedBytes: number
  readonly copied: Partial<Record<CopyReason, number>>
}

/** Sums up what the connections of one server have done. Nothing is counted while bytes move. */
export class Roster {
  readonly #open: ReadonlySet<Counted>
  readonly #gone = noSums()
  readonly tally: Tally = { begun: 0, ended: 0 }

  /** `open` are the connections that are open. */
  constructor(open: ReadonlySet<Counted>) {
    this.#open = open
  }

  get open(): Iterable<Counted> {
    return this.#open
  }

  /** A connection leaves its figures. */
  closed(connection: Counted): void {
    addLasting(this.#gone, connection.transport.stats())
  }

  /** Adds up the figures of all connections so far. */
  addTo(sums: Sums): void {
    merge(sums, this.#gone)
    sums.requests += this.tally.begun
    sums.busy += this.tally.begun - this.tally.ended
    for (const connection of this.#open) {
      const stats = connection.transport.stats()
      addLasting(sums, stats)
      sums.connections++
      sums.inFlightBytes += stats.inFlightBytes
      sums.queuedBytes += stats.queuedBytes
    }
  }
}

/** Nothing yet. */
export const noSums = (): Sums => ({
  connections: 0,
  busy: 0,
  inFlightBytes: 0,
  queuedBytes: 0,
  requests: 0,
  receivedBytes: 0,
  acceptedBytes: 0,
  zerocopyBytes: 0,
  movedBytes: 0,
  kernelCopiedBytes: 0,
  unverifiedBytes: 0,
  copied: {},
})

function addLasting(sums: Sums, stats: SocketStats): void {
  sums.receivedBytes += stats.receivedBytes
  sums.acceptedBytes += stats.acceptedBytes
  sums.zerocopyBytes += stats.zerocopyBytes
  sums.movedBytes += stats.fileBytes + stats.relayedBytes
  sums.kernelCopiedBytes += stats.kernelCopiedBytes
  sums.unverifiedBytes += stats.unverifiedBytes
  addCopies(sums.copied, stats.reasons)
}

function merge(sums: Sums, { copied, ...others }: Sums): void {
  for (const [name, value] of Object.entries(others)) {
    sums[name as Exclude<keyof Sums, "copied">] += value
  }
  addCopies(sums.copied, copied)
}

function addCopies(
  copied: Partial<Record<CopyReason, number>>,
  more: Readonly<Partial<Record<CopyReason, number>>>,
): void {
  for (const [name, bytes] of Object.entries(more)) {
    const reason = name as CopyReason
    if (bytes > 0) copied[reason] = (copied[reason] ?? 0) + bytes
  }
}
