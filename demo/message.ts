import process from "node:process"
import type { SocketStats } from "../src/mod.ts"
import type { Way } from "./ways.ts"

/** Messages from the processes of a run to the one that started them: one JSON object per line. */
export type Message =
  | { readonly type: "listening"; readonly port: number }
  | { readonly type: "progress"; readonly bytes: number }
  | { readonly type: "sent"; readonly way: Way; readonly sent: Sent }
  | { readonly type: "received"; readonly bytes: number; readonly sha256: string }
  | { readonly type: "failed"; readonly message: string; readonly status: number }

/** What the sender measured. */
export interface Sent {
  readonly bytes: number
  readonly seconds: number
  /** User and system time of the whole process, from the connection to its end, without the warm-up. */
  readonly cpuSeconds: number
  /** Nothing of the runtime's own sockets. */
  readonly stats: SocketStats | undefined
}

/** Sends a message to the process that started this one. */
export const tell = (message: Message): void => {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

/**
 * Ends this process when the one that started it is gone, however it ended: that closes our standard
 * input.
 */
export function exitWithParent(): void {
  process.stdin.on("end", () => process.exit(1)).on("error", () => process.exit(1)).resume()
}
