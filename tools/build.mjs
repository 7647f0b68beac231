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
import { command } from "./command.mjs"
import { root } from "./ready.mjs"

/**
 * @param {unknown} _
 * @param {readonly string[]} args
 * @returns {number} the exit status
 */
export function main(_, args) {
  command("build").parse(args, { from: "user" })
  const dist = join(root, "dist")
  // What is gone from the sources must not be published for ever.
  rmSync(dist, { recursive: true, force: true })
  const compiler = ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"]
  // `npm pack --json` owns standard output.
  const { status } = spawnSync(process.execPath, compiler, { cwd: root, stdio: ["ignore", 2, 2] })
  if (status !== 0) return 1
  for (const name of readdirSync(dist, { encoding: "utf8", recursive: true })) {
    if (name.endsWith(".d.ts")) rename(join(dist, name))
  }
  return 0
}

/**
 * TypeScript names the modules of a declaration file as the source did, `./socket.ts`, and there is no
 * such file in the package.
 *
 * @param {string} path
 */
function rename(path) {
  const text = readFileSync(path, "utf8")
  writeFileSync(
    path,
    text.replaceAll(/\b((?:from |import )"|import\(")(\.[^"]*)\.ts"/g, '$1$2.js"'),
  )
}
