/** A transfer that can be stopped. */
export interface Transfer {
  /** Resolves with the number of bytes once the kernel has accepted all of them. */
  readonly done: Promise<number>
  /** Stops it, unless everything was accepted. */
  stop(reason: unknown): void
}

/** Stops a transfer if the signal aborts first. */
export async function untilAborted(
  transfer: Transfer,
  signal: AbortSignal | undefined,
): Promise<number> {
  const stop = () => transfer.stop(signal?.reason)
  if (signal?.aborted === true) stop()
  signal?.addEventListener("abort", stop)
  try {
    return await transfer.done
  } finally {
    signal?.removeEventListener("abort", stop)
  }
}
