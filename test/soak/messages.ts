/**
 * What the processes of a soak say to each other: a line of JSON each, which the one that opened the lab
 * passes on.
 *
 * @module
 */
import process from "node:process"
import { createInterface } from "node:readline"
import type { Plan } from "./plan.ts"
import type { TcpState } from "./tcp_state.ts"

export type Message =
  /** A process is ready; connections are taken at this port. */
  | { readonly type: "listening"; readonly port: number }
  /** To the sender: begin. */
  | { readonly type: "begin"; readonly port: number }
  /** To the peers: this is what comes. They connect to `port` when it is their side that does. */
  | { readonly type: "plan"; readonly plan: Plan; readonly port: number }
  /** The address of a peer has to go, so that nothing reaches it, and come back. */
  | { readonly type: "vanish"; readonly id: number; readonly address: string }
  | { readonly type: "return"; readonly address: string }
  | Received
  | Sent
  | Sample
  /** From the peers, once a second: bytes that all of them have read. */
  | { readonly type: "progress"; readonly bytes: number }
  /** To the peers: tell what you got of what has not ended. */
  | { readonly type: "finish" }
  | { readonly type: "finished" }

/** What a peer got of a stream. */
export interface Received {
  readonly type: "received"
  readonly id: number
  readonly bytes: number
  readonly sha256: string
  /** The first byte that does not belong there, or -1. */
  readonly wrongAt: number
  readonly end: End
}

/**
 * How a stream ended for its peer.
 *
 * - `fin`: it read the FIN
 * - `left`: it has gone away itself, as its plan had it
 * - `reset`: the connection was reset, or broke in another way, which `code` names
 * - `closed`: its runtime closed the connection without a word
 * - `open`: at the end of the soak it still waited; the kernel says whether the FIN had come
 */
export type End =
  | { readonly how: "fin" | "left" | "closed" }
  | { readonly how: "reset"; readonly code: string }
  | { readonly how: "open"; readonly kernel?: TcpState }

/** What became of a stream for whoever sent it. */
export interface Sent {
  readonly type: "sent"
  readonly plan: Plan
  readonly outcome: "ok" | "failed" | "abandoned"
  /** Why it failed. */
  readonly failure?: string
  /** Of everything that was to be sent. */
  readonly sha256?: string
  /** Pieces of memory that are not released although it has ended. */
  readonly held: number
  /** Bytes that went by copy: close does not wait for those to be acknowledged. */
  readonly copiedBytes?: number
  /** What was not as it should be of what the peer sent. */
  readonly complaint?: string
}

/** What the sending process has, now. Memory is in bytes. */
export interface Sample {
  readonly type: "sample"
  readonly seconds: number
  /** In use: measured after a collection, and without the slots of the engine, which lie beside it. */
  readonly heap: number
  /** Resident, after the same collection. */
  readonly rss: number
  /** The most since the last sample, with what nobody had come to collect. */
  readonly peakHeap: number
  readonly peakRss: number
  readonly fds: number
  readonly streams: number
  readonly ended: number
  readonly acceptedBytes: number
  /** Pieces of all sockets that are not released. */
  readonly held: number
  /** Bytes of all sockets that the kernel has not accepted. */
  readonly queuedBytes: number
  readonly pinnedBytes: number
  /** Slots of the engine, used or not. */
  readonly mappedBytes: number
  readonly leased: number
  readonly quarantined: number
  readonly registered: number
  readonly couriers: number
}

/** Says it on standard output. */
export function say(message: Message): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

/** Hears what comes on standard input; its end ends the process. */
export function hear(then: (message: Message) => void): void {
  createInterface(process.stdin)
    .on("line", (line) => then(JSON.parse(line)))
    .on("close", () => process.exit(0))
}
