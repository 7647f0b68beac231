import type { Backend } from "./backend.ts"
import { bunBackend } from "./bun/backend.ts"
import { denoBackend } from "./deno/backend.ts"

/**
 * The backend of the runtime that this code runs in.
 *
 * @throws {Error} in runtimes other than Bun and Deno.
 */
export function backend(): Backend {
  const found = current ??= bunBackend() ?? denoBackend()
  if (found === undefined) {
    throw new Error("Cannot call libc: Zerowire runs in Bun and in Deno, and this is neither")
  }
  return found
}

/** Only one, because what it opens stays open. */
let current: Backend | undefined
