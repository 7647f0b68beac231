/**
 * What the processes of a soak say to each other: a line of JSON each, which the one that opened the lab
 * passes on.
 *
 * @module
 */
import process from "node:process"
import { createInterface } from "node:readline"
import type { Plan } from "./plan.ts"

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
  readonly fin: boolean
}

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

/** What the sending process has, now. */
export interface Sample {
  readonly type: "sample"
  readonly seconds: number
  readonly rss: number
  readonly heap: number
  readonly fds: number
  readonly streams: number
  readonly ended: number
  readonly acceptedBytes: number
  /** Pieces of all sockets that are not released. */
  readonly held: number
  readonly pinnedBytes: number
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
