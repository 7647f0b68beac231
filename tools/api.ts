/**
 * `npm run api`: writes what the package exports to `docs/api`, without comments, so that a change of the
 * API shows in a diff. With `--check` it writes nothing, and fails if a report is not up to date, or if
 * CHANGELOG.md does not name a change since the last release.
 *
 * @module
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { command } from "./command.ts"
import { writeDeclarations } from "./declarations.ts"
import { root } from "./ready.mjs"
import { reportsOf } from "./reference/api.mjs"
import { changesOf, unnamed } from "./release/changes.ts"
import { TemporaryFolder } from "./temporary_folder.ts"

const { check } = command("api")
  .option("--check", "write nothing, and fail if a report differs, or the changelog lacks a change")
  .parse(process.argv.slice(2), { from: "user" }).opts<{ check?: boolean }>()
const modules = ["mod", "effect", "http", "testing", "doctor"]
const folder = join(root, "docs/api")
const changelog = readFileSync(join(root, "CHANGELOG.md"), "utf8")
const problems: string[] = []
mkdirSync(folder, { recursive: true })
for (const [i, report] of reports().entries()) {
  const path = join(folder, `${modules[i]}.txt`)
  if (!check) writeFileSync(path, report)
  else if (textOf(path) !== report) {
    problems.push(`docs/api/${modules[i]}.txt is not up to date: run \`npm run api\``)
  }
  problems.push(...unnamedIn(modules[i], report))
}
for (const problem of problems) process.stderr.write(`${problem}\n`)
process.exitCode = problems.length > 0 && check ? 1 : 0

function reports(): readonly string[] {
  using temporary = new TemporaryFolder("zerowire-api-")
  if (writeDeclarations(temporary.path) !== 0) process.exit(1)
  return reportsOf(modules.map((name) => join(temporary.path, `src/${name}.d.ts`)))
}

/** What changed since the last release, which leaves its reports in `docs/api/released`. */
function unnamedIn(name: string, report: string): readonly string[] {
  const released = textOf(join(folder, `released/${name}.txt`))
  if (released === undefined) return []
  return unnamed(changelog, changesOf(released, report)).map((declaration) =>
    `CHANGELOG.md does not name the change of \`${declaration}\` (src/${name}.ts) under Unreleased`
  )
}

function textOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined
}
