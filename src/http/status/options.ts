/** How a status page behaves. */
export interface StatusPageOptions {
  /** Milliseconds between two figures. Default 1000. */
  readonly interval?: number
}
