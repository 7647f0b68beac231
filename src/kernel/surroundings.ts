import process from "node:process"
import { builtin } from "./builtin.ts"
import { backend } from "../../ffi/runtime/select.ts"

/**
 * What a process can learn about the machine without a permission prompt. Whatever the runtime does not
 * permit counts as absent.
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
 * The surroundings of this process.
 *
 * @throws {Error} in runtimes other than Bun and Deno.
 */
export function surroundings(): Surroundings {
  const { runtime, permits } = backend()
  return {
    runtime,
    variable: (variable) => permits({ name: "env", variable }) ? process.env[variable] : undefined,
    text: (path) =>
      permits({ name: "read", path })
        ? attempt(() => builtin.fs.readFileSync(path, "utf8"))
        : undefined,
    machine: () =>
      permits({ name: "sys", kind: "osRelease" }) && permits({ name: "sys", kind: "cpus" })
        ? attempt(() => ({ kernel: builtin.os.release(), cpu: builtin.os.cpus()[0].model }))
        : undefined,
  }
}

/**
 * Deno reports files in /proc and /sys as readable and still refuses to read them without all
 * permissions.
 */
function attempt<T>(look: () => T): T | undefined {
  try {
    return look()
  } catch {
    return undefined
  }
}
