import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "./ready.mjs"

/** Writes the declaration files that npm gets to `folder`. Returns the compiler's status. */
export function writeDeclarations(folder: string): number | null {
  const compiler = ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"]
  // Standard output is for `npm pack --json`.
  const { status } = spawnSync("node", [...compiler, "--outDir", folder], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  })
  for (const name of readdirSync(folder, { encoding: "utf8", recursive: true })) {
    if (name.endsWith(".d.ts")) rename(join(folder, name))
  }
  return status
}

/**
 * In declaration files, TypeScript keeps the module names of the sources, such as `./socket.ts`, which
 * are not in the package.
 */
function rename(path: string): void {
  const text = readFileSync(path, "utf8")
  const named = text.replaceAll(/\b((?:from |import )"|import\(")(\.[^"]*)\.ts"/g, '$1$2.js"')
  writeFileSync(path, named)
}
