/** How a Worker ends. */
export type End = "throws" | "closes" | "exits" | "is terminated"

/** What it is sending at that time. */
export type Way =
  | "nothing"
  | "chunks"
  | "sendFrom"
  | "leases"
  | "courier"
  | "relay"
  | "ended"
  | "listener"

export interface Task {
  /** The port to connect to; 0 for none. */
  readonly port: number
  readonly way: Way
  readonly end: End
}

/** Its state when it is about to end. */
export interface Ready {
  /** The number of its thread. */
  readonly thread: string
  /** The file descriptor of its connection. */
  readonly fd: number | undefined
}

/** The value of all bytes that are written to a stream. */
export const mark = 0x41

/** The result. */
export interface Outcome {
  readonly way: Way
  /** Bytes that the peer received. */
  readonly bytes: number
  /** Of these, bytes that were never written to the stream. */
  readonly foreign: number
  /** How the connection ended for the peer. */
  readonly end: string
  /** What it had opened and left open. */
  readonly left: readonly string[]
  /** Whether the port of a listening Worker could be reused. */
  readonly port?: string
}
