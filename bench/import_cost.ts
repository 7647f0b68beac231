/**
 * `npm run import-cost`: what `import "zerowire"` costs in each runtime, and what Zerowire adds to a bundle.
 * Measures the package, not the sources. Runs in Bun.
 *
 * @module
 */
import { spawnSync } from "node:child_process"
import { mkdirSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { denoPath } from "../demo/runtime.ts"
import { command, wholeNumber } from "../tools/command.ts"
import { root } from "../tools/ready.mjs"
import { TemporaryFolder } from "../tools/temporary_folder.ts"

/** What a program imports. The first imports nothing. */
const imported: Readonly<Record<string, readonly string[]>> = {
  nothing: [],
  "effect/Effect": ["effect/Effect"],
  zerowire: ["zerowire"],
  "zerowire/http": ["zerowire/http"],
  "zerowire/effect": ["zerowire/effect"],
}
const files: Readonly<Record<string, string>> = {
  zerowire: "mod",
  "zerowire/http": "http",
  "zerowire/effect": "effect",
}
const runtimes = ["bun", "deno"] as const

const reporting = `const { user, system } = process.cpuUsage()
console.log((user + system) / 1000)
`

const { rounds } = parse(process.argv.slice(2))
build()
// Inside the project, so that the runtimes find its packages.
using temporary = new TemporaryFolder(".import-cost-", root)
const folder = temporary.path
for (const [name, modules] of Object.entries(imported)) {
  writeFileSync(programOf(name), [...modules.map(importing), reporting].join("\n"))
}
say(`CPU ms from the start of the process, the least of ${rounds} rounds; cold: without caches`)
say(
  `${"".padEnd(18)}${runtimes.map((name) => `${name.padStart(8)}${"cold".padStart(8)}`).join("")}`,
)
const least = measure()
for (const name of Object.keys(imported)) {
  const cells = columns().map((column) => (least.get(`${column} ${name}`) ?? NaN).toFixed(0))
  say(`${name.padEnd(18)}${cells.map((cell) => cell.padStart(8)).join("")}`)
}
say(`\nA program that uses connect(), by bun build --minify: ${bundledKB()} KB`)

/** All programs in turn, round after round. */
function measure(): ReadonlyMap<string, number> {
  const least = new Map<string, number>()
  for (let round = 0; round <= rounds; round++) {
    for (const column of columns()) {
      for (const name of Object.keys(imported)) {
        const cost = costOf(column, programOf(name), round)
        // The first round fills the caches.
        if (round === 0) continue
        const key = `${column} ${name}`
        least.set(key, Math.min(cost, least.get(key) ?? Infinity))
      }
    }
  }
  return least
}

function columns(): readonly string[] {
  return runtimes.flatMap((runtime) => [runtime, `${runtime} cold`])
}

function costOf(column: string, program: string, round: number): number {
  const [runtime, cold] = column.split(" ")
  const args = runtime === "bun"
    ? [process.execPath, program]
    : [denoPath(), "run", "--allow-all", "--no-check", "--quiet", program]
  const caches = {
    BUN_RUNTIME_TRANSPILER_CACHE_PATH: "0",
    DENO_DIR: join(folder, `cache-${round}-${Math.random()}`),
  }
  const env = { ...process.env, ...(cold === undefined ? {} : caches) }
  const { stdout, stderr, status } = spawnSync(args[0], args.slice(1), { encoding: "utf8", env })
  if (status !== 0) throw new Error(`Cannot run ${program} in ${runtime}: ${stderr}`)
  return Number(stdout)
}

/** With the parts of Effect that Zerowire uses. */
function bundledKB(): string {
  const out = join(folder, "out")
  mkdirSync(out)
  const entry = join(folder, "application.js")
  writeFileSync(
    entry,
    `import { connect } from ${JSON.stringify(pathOf("zerowire"))}\nawait connect({ port: 9 })\n`,
  )
  const args = ["build", entry, "--minify", "--target", "bun", "--outfile", join(out, "a.js")]
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" })
  if (status !== 0) throw new Error(`Cannot bundle: ${stderr}`)
  return (statSync(join(out, "a.js")).size / 1000).toFixed(0)
}

function build(): void {
  const { status } = spawnSync("node", ["tools/run.mjs", "build"], { cwd: root, stdio: "ignore" })
  if (status !== 0) throw new Error('Cannot build the package: "npm run build" says why')
}

function programOf(name: string): string {
  return join(folder, `${name.replace("/", "_")}.mjs`)
}

function importing(name: string): string {
  return `import ${JSON.stringify(pathOf(name))}`
}

function pathOf(name: string): string {
  return name in files ? join(root, `dist/src/${files[name]}.js`) : name
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

function parse(args: readonly string[]) {
  return command("import-cost")
    .option("--rounds <n>", "how often each program is started", wholeNumber(1, 100), 5)
    .parse(args, { from: "user" })
    .opts<{ rounds: number }>()
}
