/** A sending that can be stopped. */
export interface Transfer {
  /** Resolves with the number of bytes when all of them were accepted. */
  readonly done: Promise<number>
  /** Ends it, unless all was accepted. */
  stop(reason: unknown): void
}

/** Ends a transfer when the signal is aborted before. */
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
