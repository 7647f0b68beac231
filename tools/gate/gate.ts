/**
 * `npm test`: everything that must hold before a change is merged. Runs in Bun.
 *
 * @module
 */
import { InvalidArgumentError, Option } from "commander"
import { constants } from "node:os"
import process from "node:process"
import { command } from "../command.ts"
import { makeReady } from "../ready.mjs"
import { examples } from "./examples.ts"
import { fallback } from "./fallback.ts"
import { bench, job } from "./jobs.ts"
import { packages } from "./package.ts"
import { killAll } from "./process.ts"
import { snippets } from "./snippets.ts"
import { arrows, format, lint, types } from "./static.ts"
import { type Tally, tallyOf, type Verdict } from "./tally.ts"
import { pure, underBun, underDeno } from "./tests.ts"

export type Runtime = "bun" | "deno"

/** What a stage is asked to do. */
export interface Scene extends Readonly<Record<Runtime, string>> {
  /** The runtimes to use. */
  readonly runtimes: readonly Runtime[]
  /** Only test files below these paths; empty means all of them. */
  readonly paths: readonly string[]
}

interface Stage {
  readonly name: string
  readonly run: (scene: Scene) => Promise<readonly Verdict[]>
  /** The stage concerns only this runtime. */
  readonly runtime?: Runtime
  /** Whether the stage runs test files. */
  readonly takesPaths?: boolean
}

const stages: readonly Stage[] = [
  { name: "format", run: format },
  { name: "lint", run: lint },
  { name: "types", run: types },
  { name: "arrows", run: arrows },
  { name: "pure", run: pure, runtime: "deno", takesPaths: true },
  { name: "bun", run: underBun, runtime: "bun", takesPaths: true },
  { name: "deno", run: underDeno, runtime: "deno", takesPaths: true },
  { name: "fallback", run: fallback, takesPaths: true },
  { name: "snippets", run: snippets },
  { name: "examples", run: examples },
  { name: "package", run: packages },
  { name: "job", run: job },
  { name: "bench", run: bench },
]

const { only, ...asked } = parse(process.argv.slice(2))
const scene: Scene = { ...makeReady(), ...asked }
endWithUs()
let [passed, failed, skipped] = [0, 0, 0]
const start = performance.now()
// Every stage runs, even if others have failed, and while others wait.
const underWay = stages.filter(isChosen).map(async (stage) => {
  const tally = tallyOf(await verdictsOf(stage))
  return { name: stage.name, tally, seconds: (performance.now() - start) / 1000 }
})
for (const ending of underWay) {
  const { name, tally, seconds } = await ending
  passed += tally.passed
  failed += tally.failures.length
  skipped += tally.skips.length
  say(lineOf(name, tally, seconds))
  for (const skip of tally.skips) say(indented(`skipped: ${skip}`))
  for (const failure of tally.failures) say(indented(`failed: ${failure}`))
}
say(`${passed} passed, ${failed} failed, ${skipped} skipped`)
// If nothing ran, the paths were wrong, and nothing is proved.
process.exitCode = failed === 0 && passed + skipped > 0 ? 0 : 1

function isChosen({ name, runtime, takesPaths }: Stage): boolean {
  if (only.length > 0) return only.includes(name)
  if (runtime !== undefined && !scene.runtimes.includes(runtime)) return false
  return scene.paths.length === 0 || takesPaths === true
}

async function verdictsOf({ name, run }: Stage): Promise<readonly Verdict[]> {
  try {
    return await run(scene)
  } catch (failure) {
    const detail = String(failure instanceof Error ? failure.stack : failure)
    return [{ result: "failed", name: `the stage ${name} itself`, detail }]
  }
}

function lineOf(name: string, { passed, failures, skips }: Tally, seconds: number): string {
  const word = failures.length > 0 ? "FAILED" : "ok"
  const counts = `${passed} passed, ${failures.length} failed, ${skips.length} skipped`
  return `${word.padEnd(6)}  ${name.padEnd(8)}  ${counts}  (${seconds.toFixed(1)} s)`
}

/** Ends child processes together with this one. */
function endWithUs(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      killAll()
      process.exit(128 + constants.signals[signal])
    })
  }
  process.once("exit", killAll)
}

/** Ends the process with a message if the command line is wrong. */
function parse(args: readonly string[]) {
  const names = stages.map(({ name }) => name)
  const program = command("test")
    .argument("[paths...]", "only the tests below these paths, such as src/tcp")
    .option(
      `--only <stages>`,
      `only these stages, with commas between: ${names.join(", ")}`,
      toStages,
    )
    .addOption(
      new Option("--runtime <name>", "run code in this runtime alone").choices(["bun", "deno"]),
    )
    .parse(args, { from: "user" })
  const { only = [], runtime } = program.opts<{ only?: readonly string[]; runtime?: Runtime }>()
  return {
    only,
    runtimes: runtime === undefined ? ["bun", "deno"] as const : [runtime],
    paths: program.args.map((path) => path.replace(/^\.\//, "")),
  }
}

function toStages(text: string): readonly string[] {
  const names = text.split(",")
  const unknown = names.find((name) => !stages.some((stage) => stage.name === name))
  if (unknown === undefined) return names
  const stageNames = stages.map(({ name }) => name).join(", ")
  throw new InvalidArgumentError(`There is no stage "${unknown}". Use some of: ${stageNames}.`)
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, "        ").trimEnd()
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
