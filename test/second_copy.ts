import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"

/**
 * A second copy of the package in this process, as from a second `node_modules`: its modules are
 * separate, but it imports the same Effect.
 */
export interface SecondCopy extends Disposable {
  readonly zerowire: typeof import("../src/mod.ts")
  readonly effect: typeof import("../src/effect.ts")
  /** Where it is. */
  readonly folder: string
}

export async function secondCopy(): Promise<SecondCopy> {
  const folder = mkdtempSync(join(tmpdir(), "zerowire-copy-"))
  for (const name of ["src", "ffi", "package.json"]) {
    cpSync(join(root, name), join(folder, name), { recursive: true })
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"))
  const load = (path: string) => import(pathToFileURL(join(folder, path)).href)
  return {
    zerowire: await load("src/mod.ts"),
    effect: await load("src/effect.ts"),
    folder,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}

const root = fileURLToPath(new URL("..", import.meta.url))
