/** How long to wait for connections that are still open. */
export interface ShutdownOptions {
  /** Milliseconds until the connections that are left are reset. Default 30,000. */
  readonly deadline?: number
}

/** How the connections ended that were open when the shutdown began. */
export interface ShutdownReport {
  /** Connections that ended by themselves: closed by the program, or lost. */
  readonly closed: number
  /** Connections that were reset at the deadline. */
  readonly reset: number
}
