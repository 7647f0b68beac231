/** How a Worker ends. */
export type End = "throws" | "closes" | "exits" | "is terminated"

/** What it has under way then. */
export type Way = "nothing" | "chunks" | "sendFrom" | "leases" | "courier" | "ended" | "listener"

export interface Task {
  /** Where to connect to; 0 for who connects to nobody. */
  readonly port: number
  readonly way: Way
  readonly end: End
}

/** What it has come to when it is about to end. */
export interface Ready {
  /** The number of its thread. */
  readonly thread: string
  /** The file descriptor of its connection. */
  readonly fd: number | undefined
}

/** What all bytes are that are written to a stream. */
export const mark = 0x41

/** What became of it. */
export interface Outcome {
  readonly way: Way
  /** Bytes that the peer got. */
  readonly bytes: number
  /** Of these, bytes that nobody had written to the stream. */
  readonly foreign: number
  /** How the connection ended for the peer. */
  readonly end: string
  /** What was left open of what it had opened. */
  readonly left: readonly string[]
  /** Whether the port could be taken again, of a Worker that had listened. */
  readonly port?: string
}
