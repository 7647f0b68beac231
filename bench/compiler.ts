import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

/** The programs in C, built for this run. */
export interface Reference extends Disposable {
  readonly sender: string
  readonly receiver: string
}

/**
 * Compiles the reference.
 *
 * @throws {Error} where there is no C compiler, or it refuses.
 */
export function compileReference(): Reference {
  const folder = mkdtempSync(join(tmpdir(), "zerowire-bench-"))
  const compile = (name: string): string => {
    const source = fileURLToPath(new URL(`reference/${name}.c`, import.meta.url))
    const program = join(folder, name)
    const { status, stderr, error } = spawnSync("cc", ["-O2", "-Wall", "-o", program, source], {
      encoding: "utf8",
    })
    if (status === 0) return program
    throw new Error(`Cannot compile ${name}.c: ${error?.message ?? stderr}. Install gcc`)
  }
  return {
    sender: compile("sender"),
    receiver: compile("receiver"),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}
