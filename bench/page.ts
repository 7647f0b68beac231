/**
 * `npm run report`: writes the page and its plots from the newest results, and the README's table. With
 * `--check` it writes nothing, and fails where something else stands.
 *
 * @module
 */
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, relative } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { denoPath } from "../demo/runtime.ts"
import { command } from "../tools/command.ts"
import { documentOf } from "./page/document.ts"
import { standalone } from "./page/draw.ts"
import { isFigure } from "./page/figure.ts"
import { partsOf } from "./page/parts.ts"
import { newestResults } from "./report/results.ts"
import { withTable } from "./report/table.ts"

const { check: checking } = command("report")
  .option("--check", "write nothing, and fail where something else stands", false)
  .parse(process.argv.slice(2), { from: "user" })
  .opts<{ check: boolean }>()
const root = fileURLToPath(new URL("../", import.meta.url))
const readme = `${root}README.md`
const plots = `${root}docs/plots/`
const results = newestResults()
const parts = partsOf(results.results)
const files = new Map([
  [readme, formatted(withTable(readFileSync(readme, "utf8"), results.results))],
  [`${root}docs/bench/index.html`, await documentOf(results, parts)],
])
for (const figure of parts.filter(isFigure)) {
  const svg = await standalone(figure)
  if (svg !== undefined) files.set(`${plots}${figure.id}.svg`, svg)
}
/** Plots of figures that there are no more. */
const gone = (existsSync(plots) ? readdirSync(plots) : []).map((name) => `${plots}${name}`).filter((
  path,
) => !files.has(path))
if (checking) check()
else write()

function write(): void {
  for (const [path, text] of files) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    process.stdout.write(`${relative(root, path)}\n`)
  }
  for (const path of gone) rmSync(path)
}

function check(): void {
  const stale = [...files].filter(([path, text]) =>
    !existsSync(path) || readFileSync(path, "utf8") !== text
  )
  for (const path of [...stale.map(([path]) => path), ...gone]) {
    process.stderr.write(
      `${relative(root, path)} is not what the results give: run \`npm run report\`\n`,
    )
  }
  process.exitCode = stale.length + gone.length === 0 ? 0 : 1
}

/** As the gate wants Markdown. */
function formatted(markdown: string): string {
  const { status, stdout, stderr } = spawnSync(denoPath(), ["fmt", "--ext", "md", "-"], {
    ...{ cwd: root, input: markdown, encoding: "utf8" },
  })
  if (status !== 0) throw new Error(`Cannot format README.md: ${stderr}`)
  return stdout
}
