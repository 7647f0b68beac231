/**
 * `npm run build`: writes the package that npm gets to `dist/`, as JavaScript with types. Nothing in the
 * project uses it: here "zerowire" is the sources (`tsconfig.json` and `deno.json` say so).
 *
 * @module
 */
import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import process from "node:process"
import { command } from "./command.ts"
import { writeDeclarations } from "./declarations.ts"
import { root } from "./ready.mjs"

command("build").parse(process.argv.slice(2), { from: "user" })
const dist = join(root, "dist")
// A file that was removed from the sources must not be published again.
rmSync(dist, { recursive: true, force: true })
if (writeDeclarations(dist) !== 0) process.exit(1)
bundle()
for (const name of readdirSync(dist, { encoding: "utf8", recursive: true })) {
  if (name.endsWith(".js.map")) nameSources(join(dist, name))
}

/**
 * Joins the modules: the entry points share a few files, which load in half the time of two hundred
 * (`npm run import-cost`). Bun runs what begins with `// @bun` as it is: transpiling it once more costs
 * about as much as loading it, where Bun's cache is empty, and hides the source map.
 */
function bundle(): void {
  const { files }: { files: string[] } = JSON.parse(read("tsconfig.build.json"))
  run([
    ...[process.execPath, "build", ...files, "--root", ".", "--outdir", dist, "--splitting"],
    ...["--target", "node", "--packages", "external", "--external", "bun:*"],
    ...["--chunk-naming", "src/chunks/[name]-[hash].[ext]", "--sourcemap=linked"],
    ...["--banner", "// @bun"],
  ])
}

/** Ends with the command's status if it fails. */
function run([name, ...args]: readonly string[]): void {
  // Standard output is for `npm pack --json`.
  const { status } = spawnSync(name, args, { cwd: root, stdio: ["ignore", 2, 2] })
  if (status !== 0) process.exit(1)
}

/**
 * The package has the sources as files, and Bun names them from `dist/`, wherever the map is. Bun refuses a
 * map that does not say of each source that it has no contents.
 */
function nameSources(path: string): void {
  const map: { sources: string[] } = JSON.parse(read(path))
  const sources = map.sources.map((source) => relative(dirname(path), join(dist, source)))
  const sourcesContent = sources.map(() => null)
  writeFileSync(path, JSON.stringify({ ...map, sources, sourcesContent }))
}

function read(path: string): string {
  return readFileSync(path, "utf8")
}
