/**
 * `npm run release -- KIND`: makes a release from a clean work tree, up to the tag. A person publishes it
 * then, with the commands that it prints. With `--dry-run` it checks all the same, and changes nothing.
 *
 * @module
 */
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { Argument } from "commander"
import { command } from "./command.ts"
import { root } from "./ready.mjs"
import { type Changes, changesOf, unreleased } from "./release/changes.ts"
import { type Edit, editsFor } from "./release/files.ts"
import { type Kind, kinds, leastKind, next } from "./release/version.ts"

const program = command("release")
  .addArgument(new Argument("<kind>", "what changed; first: the version as it is").choices([
    ...["first", ...kinds],
  ]))
  .option("--dry-run", "check, and say what would be done", false)
  .parse(process.argv.slice(2), { from: "user" })
const { dryRun } = program.opts<{ dryRun: boolean }>()
const [kind] = program.args as [Kind | "first"]
const reports = join(root, "docs/api")
const released = join(reports, "released")

const { version: from }: { version: string } = JSON.parse(read("package.json"))
const to = kind === "first" ? from : next(from, kind)
const edits = editsFor(read, { from, to, date: new Date().toISOString().slice(0, 10) })
const problems = obstacles()
say(`Zerowire ${to}${kind === "first" ? "" : `, after ${from}`}`)
for (const problem of problems) say(`cannot: ${problem}`)
if (problems.length > 0) process.exitCode = 1
if (dryRun) plan()
else if (problems.length === 0) release()

/** Why there cannot be a release now. */
function obstacles(): readonly string[] {
  const least = leastKind(from, changes())
  return [
    ...output("git", "status", "--porcelain") === "" ? [] : ["the work tree has changes"],
    ...output("git", "tag", "--list", `v${to}`) === "" ? [] : [`there is a tag v${to}`],
    ...unreleased(read("CHANGELOG.md")) === "" ? ["CHANGELOG.md has nothing under Unreleased"] : [],
    ...existsSync(released) === (kind !== "first")
      ? []
      : [kind === "first" ? "there was a release" : 'there was no release: use "first"'],
    ...kind === "first" || kinds.indexOf(kind) >= kinds.indexOf(least)
      ? []
      : [`the API changed: this is a ${least} release (CONTRIBUTING.md, Versions)`],
  ]
}

function plan(): void {
  for (const [path] of edits) say(`would change ${path}`)
  say("would copy docs/api/*.txt to docs/api/released")
  say(`would run npm test, then commit "Release ${to}", and tag v${to}`)
  sayNext("and then say: ")
}

function release(): void {
  for (const [path, text] of edits) writeFileSync(join(root, path), text)
  for (const [path, text] of copies()) writeFileSync(path, text)
  run("npm", "test")
  run("git", "add", "--all")
  run("git", "commit", "--message", `Release ${to}`)
  run("git", "tag", "--annotate", `v${to}`, "--message", `Release ${to}`)
  sayNext("Publish it: ")
}

function copies(): readonly Edit[] {
  mkdirSync(released, { recursive: true })
  return reportNames().map((
    name,
  ) => [join(released, name), readFileSync(join(reports, name), "utf8")])
}

function changes(): Changes {
  const all = reportNames().map((name) => {
    const before = join(released, name)
    if (!existsSync(before)) return { added: [], changed: [], removed: [] }
    return changesOf(readFileSync(before, "utf8"), readFileSync(join(reports, name), "utf8"))
  })
  return {
    added: all.flatMap(({ added }) => added),
    changed: all.flatMap(({ changed }) => changed),
    removed: all.flatMap(({ removed }) => removed),
  }
}

function sayNext(before: string): void {
  say(`${before}git push --follow-tags && npm publish && deno publish`)
}

function reportNames(): readonly string[] {
  return readdirSync(reports).filter((name) => name.endsWith(".txt"))
}

function run(name: string, ...args: readonly string[]): void {
  const { status } = spawnSync(name, args, { cwd: root, stdio: "inherit" })
  if (status === 0) return
  say(
    `${name} ${args.join(" ")} failed. Undo with: git restore . && git clean -d docs/api/released`,
  )
  process.exit(1)
}

function output(name: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(name, args, { cwd: root, encoding: "utf8" })
  if (status !== 0) throw new Error(`${name} ${args.join(" ")} failed: ${stderr}`)
  return stdout.trim()
}

function read(path: string): string {
  return readFileSync(join(root, path), "utf8")
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
