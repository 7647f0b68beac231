/**
 * `npm run mutants`: breaks a copy of the project on purpose, one fault at a time, and sees that the
 * test that is named for it fails.
 *
 * @module
 */
import { writeFileSync } from "node:fs"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { denoPath } from "../../demo/runtime.ts"
import { killAll } from "../../tools/gate/process.ts"
import { parse } from "./options.ts"
import { page } from "./page.ts"
import { tryAll } from "./suite.ts"
import { groups } from "./table.ts"
import type { Outcome } from "./trial.ts"
import { wrongTypes } from "./types.ts"

const mutants = groups.flatMap((group) => group.mutants)
const options = parse(process.argv.slice(2), mutants)
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.once(signal, () => process.exit(1))
}
process.once("exit", killAll)

const binaries = { bun: process.execPath, deno: denoPath() }
const wrong = await wrongTypes(options.mutants, binaries.deno)
for (const [mutant, how] of wrong) {
  tell({ mutant, is: "missed", how: `its types are wrong: ${how}` })
}
const sound = options.mutants.filter((mutant) => !wrong.has(mutant))
const outcomes = await tryAll(sound, binaries, tell)

const count = (is: Outcome["is"]) => outcomes.filter((outcome) => outcome.is === is).length
const missed = count("missed") + wrong.size
const skipped = count("skipped")
process.stdout.write(
  `${count("caught")} caught, ${missed} missed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`,
)
if (missed > 0) process.exitCode = 1
else if (options.write) writeFileSync(fileURLToPath(pageUrl()), page(groups))

function pageUrl(): URL {
  return new URL("../../docs/mutants.md", import.meta.url)
}

function tell({ mutant: { name, caughtBy }, is, how }: Outcome): void {
  const { file, test, runtime = "bun" } = caughtBy
  process.stdout.write(`${is.padEnd(7)}  ${name}\n         ${file}, ${runtime}: ${test}\n`)
  process.stdout.write(`         ${how.trim().replaceAll("\n", "\n         ")}\n`)
}
