import { readFileSync } from "node:fs"
import { cpus, release } from "node:os"
import process from "node:process"
import { backend } from "../../ffi/runtime/select.ts"

/**
 * What a process can find out about where it runs, as far as its runtime lets it without asking anybody:
 * what is not permitted is as if it were not there.
 */
export interface Surroundings {
  readonly runtime: string
  /** An environment variable. */
  variable(name: string): string | undefined
  /** The text of a file. */
  text(path: string): string | undefined
  /** The kernel's release and the model of the first processor. */
  machine(): { readonly kernel: string; readonly cpu: string } | undefined
}

/**
 * Those of this process.
 *
 * @throws {Error} in any runtime but Bun and Deno.
 */
export function surroundings(): Surroundings {
  const { runtime, permits } = backend()
  return {
    runtime,
    variable: (variable) => permits({ name: "env", variable }) ? process.env[variable] : undefined,
    text: (path) =>
      permits({ name: "read", path }) ? attempt(() => readFileSync(path, "utf8")) : undefined,
    machine: () =>
      permits({ name: "sys", kind: "osRelease" }) && permits({ name: "sys", kind: "cpus" })
        ? attempt(() => ({ kernel: release(), cpu: cpus()[0].model }))
        : undefined,
  }
}

/** Deno calls a file readable and refuses it all the same: of /proc and /sys it wants every permission. */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch {
    return undefined
  }
}
