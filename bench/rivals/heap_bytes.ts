import process from "node:process"

/** Bytes of the JavaScript heap after a full collection. Deno needs `--v8-flags=--expose-gc`. */
export function heapBytes(): number {
  const { Bun, gc } = globalThis as { Bun?: { gc(force: boolean): void }; gc?: () => void }
  for (let i = 0; i < 3; i++) {
    Bun?.gc(true)
    gc?.()
  }
  return process.memoryUsage().heapUsed
}
