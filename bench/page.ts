/**
 * `npm run report`: writes the page and its plots from the newest results, and the tables of the README,
 * of docs/performance.md and of docs/comparison.md. With `--check` it writes nothing, and fails if a file differs.
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
import { comparisonTable } from "./report/comparison_table.ts"
import { readmeTable } from "./report/readme_table.ts"
import type { Result } from "./report/result.ts"
import { newestResults } from "./report/results.ts"
import { sentTable } from "./report/sent_table.ts"
import { streamTable, withTable } from "./report/table.ts"

const { check: checking } = command("report")
  .option("--check", "write nothing, and fail if a file differs", false)
  .parse(process.argv.slice(2), { from: "user" })
  .opts<{ check: boolean }>()
const root = fileURLToPath(new URL("../", import.meta.url))
/** By page and marker. */
const tables = {
  "README.md": { bench: readmeTable },
  "docs/performance.md": { bench: streamTable, "bench-sent": sentTable },
  "docs/comparison.md": { bench: comparisonTable },
}
const plots = `${root}docs/plots/`
const results = newestResults()
const parts = partsOf(results.results)
const files = new Map([
  ...Object.entries(tables).map(([page, tablesOf]) =>
    [`${root}${page}`, withTables(page, tablesOf)] as const
  ),
  [`${root}docs/bench/index.html`, await documentOf(results, parts)],
])
for (const figure of parts.filter(isFigure)) {
  const svg = await standalone(figure)
  if (svg !== undefined) files.set(`${plots}${figure.id}.svg`, svg)
}
/** Plots whose figure no longer exists. */
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
      `${relative(root, path)} does not match the results: run \`npm run report\`\n`,
    )
  }
  process.exitCode = stale.length + gone.length === 0 ? 0 : 1
}

function withTables(
  page: string,
  tablesOf: Readonly<Record<string, (results: readonly Result[]) => string>>,
): string {
  return formatted(
    Object.entries(tablesOf).reduce(
      (text, [marker, table]) => withTable(text, table(results.results), marker),
      readFileSync(`${root}${page}`, "utf8"),
    ),
  )
}

/** As the gate wants Markdown formatted. */
function formatted(markdown: string): string {
  const { status, stdout, stderr } = spawnSync(denoPath(), ["fmt", "--ext", "md", "-"], {
    ...{ cwd: root, input: markdown, encoding: "utf8" },
  })
  if (status !== 0) throw new Error(`Cannot format a page: ${stderr}`)
  return stdout
}
