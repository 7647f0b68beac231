/**
 * Messages between the processes of a soak: one line of JSON each, relayed by the process that opened the
 * lab.
 *
 * @module
 */
import process from "node:process"
import { createInterface } from "node:readline"
import type { Plan } from "./plan.ts"
import type { TcpState } from "./tcp_state.ts"

export type Message =
  /** A process is ready; connections are taken at this port. */
  | { readonly type: "listening"; readonly port: number; readonly answerPort?: number }
  /** To the sender: begin. */
  | { readonly type: "begin"; readonly port: number }
  /** To the peers: the plan of the next stream. They connect to `port` if their side connects. */
  | { readonly type: "plan"; readonly plan: Plan; readonly port: number }
  /** The address of a peer must disappear, so that nothing reaches it, or come back. */
  | { readonly type: "vanish"; readonly id: number; readonly address: string }
  | { readonly type: "return"; readonly address: string }
  /** To the peers: so many connections ask a server at this port, until they are to stop. */
  | { readonly type: "ask"; readonly askers: number; readonly port: number; readonly seed: number }
  | { readonly type: "stopAsking" }
  | Asked
  | Received
  | Sent
  | Sample
  /** From the peers, once a second: bytes that all of them have read. */
  | { readonly type: "progress"; readonly bytes: number }
  /** To the peers: report what you received of unfinished streams. */
  | { readonly type: "finish" }
  | { readonly type: "finished" }

/** What those who ask have seen. */
export interface Asked {
  readonly type: "asked"
  /** Answers that were right, and the connections over which they came. */
  readonly answers: number
  readonly connections: number
  /** Milliseconds that the slowest answer took. */
  readonly slowest: number
  /** How often each kind of request was made, if there are kinds. */
  readonly kinds?: Readonly<Record<string, number>>
  readonly complaints: readonly string[]
}

/** What a peer received of a stream. */
export interface Received {
  readonly type: "received"
  readonly id: number
  readonly bytes: number
  readonly sha256: string
  /** The position of the first wrong byte, or -1. */
  readonly wrongAt: number
  readonly end: End
}

/**
 * How a stream ended for its peer.
 *
 * - `fin`: it read the FIN
 * - `left`: it went away itself, as planned
 * - `reset`: the connection was reset, or broke in another way, which `code` names
 * - `closed`: its runtime closed the connection without an error
 * - `open`: it still waited at the end of the soak; the kernel says whether the FIN had arrived
 */
export type End =
  | { readonly how: "fin" | "left" | "closed" }
  | { readonly how: "reset"; readonly code: string }
  | { readonly how: "open"; readonly kernel?: TcpState }

/** The sender's result of a stream. */
export interface Sent {
  readonly type: "sent"
  readonly plan: Plan
  readonly outcome: "ok" | "failed" | "abandoned"
  /** Why it failed. */
  readonly failure?: string
  /** The hash of everything that should have been sent. */
  readonly sha256?: string
  /** Pieces of memory that are not released although it has ended. */
  readonly held: number
  /** Copied bytes. */
  readonly copiedBytes?: number
  /** What was wrong with the peer's bytes. */
  readonly complaint?: string
}

/** The present figures of the sending process. Memory is in bytes. */
export interface Sample {
  readonly type: "sample"
  readonly seconds: number
  /** Heap in use: measured after a collection, without the stack's slots, which are outside the heap. */
  readonly heap: number
  /** Resident, after the same collection. */
  readonly rss: number
  /** The peak since the last sample, including garbage. */
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
  /** The stack's slots, used or not. */
  readonly mappedBytes: number
  readonly leased: number
  readonly quarantined: number
  readonly registered: number
  readonly couriers: number
}

/** Writes it to standard output. */
export function say(message: Message): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

/** Reads messages from standard input, whose end ends the process. */
export function hear(then: (message: Message) => void): void {
  createInterface(process.stdin)
    .on("line", (line) => then(JSON.parse(line)))
    .on("close", () => process.exit(0))
}
