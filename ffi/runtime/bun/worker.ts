/** Bun's Worker. The DOM's type lacks both methods. */
export type RefWorker = Worker & { ref(): void; unref(): void }

/**
 * Starts a Worker from source text: plain JavaScript that imports only the runtime's own modules, so that
 * it survives bundling. Revoke the URL only after the Worker has ended: if it is revoked while the Worker
 * starts, Bun 1.4 forgets that the Worker keeps the process alive.
 */
export function startWorker(source: string): { readonly worker: RefWorker; readonly url: string } {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }))
  return { worker: new Worker(url) as RefWorker, url }
}
