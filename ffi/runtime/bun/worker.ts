/** A Worker as Bun has it; the DOM's type knows neither method. */
export type RefWorker = Worker & { ref(): void; unref(): void }

/**
 * Starts a Worker from source text: plain JavaScript with no imports but the runtime's own, so that it
 * survives bundling. The URL is to be revoked when the Worker has ended and not before: revoking it
 * while the Worker starts makes Bun 1.4 forget that the Worker keeps the process alive.
 */
export function startWorker(source: string): { readonly worker: RefWorker; readonly url: string } {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }))
  return { worker: new Worker(url) as RefWorker, url }
}
