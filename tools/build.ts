/**
 * `npm run build`: writes the package that npm gets to `dist/`, as JavaScript with types. Nothing in the
 * project uses it: here "zerowire" is the sources (`tsconfig.json` and `deno.json` say so).
 *
 * @module
 */
import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { command } from "./command.ts"
import { root } from "./ready.mjs"

command("build").parse(process.argv.slice(2), { from: "user" })
const dist = join(root, "dist")
// A file that was removed from the sources must not be published again.
rmSync(dist, { recursive: true, force: true })
const compiler = ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"]
// Standard output is for `npm pack --json`.
const { status } = spawnSync("node", compiler, { cwd: root, stdio: ["ignore", 2, 2] })
if (status !== 0) process.exit(1)
for (const name of readdirSync(dist, { encoding: "utf8", recursive: true })) {
  if (name.endsWith(".d.ts")) rename(join(dist, name))
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
