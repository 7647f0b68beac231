/**
 * The main job: a real file, streamed zero-copy from Bun and from Deno, with proof. Runs in Bun.
 *
 * @module
 */
import { Presets, SingleBar } from "cli-progress"
import { constants } from "node:os"
import process from "node:process"
import { checkFile, FileProblem } from "./file.ts"
import { type Link, type LinkName, linkObstacle, openLink } from "./link.ts"
import { parse } from "./options.ts"
import { copiedBytes, header, isGood, row } from "./report.ts"
import { run, type RunResult } from "./run.ts"
import type { Runtime } from "./runtime.ts"

const { file, runtimes, links, chunkBytes, json } = parse(process.argv.slice(2))
const runs: RunResult[] = []
const missing: { readonly link: LinkName; readonly reason: string }[] = []
const failures: string[] = []
let open: Link | undefined

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    open?.close()
    process.exit(128 + constants.signals[signal])
  })
}
try {
  const bytes = checkFile(file)
  say(`${file}: ${bytes} bytes`)
  say(header())
  for (const name of links) {
    const reason = linkObstacle(name)
    if (reason !== undefined) missing.push({ link: name, reason })
    for (const runtime of runtimes) {
      if (reason === undefined) await show(runtime, name, bytes)
      else say(`${runtime.padEnd(7)}  ${name.padEnd(8)}  missing: ${reason}`)
    }
  }
} catch (failure) {
  if (!(failure instanceof FileProblem)) throw failure
  failures.push(failure.message)
}

for (const failure of failures) complain(failure)
if (json) say(JSON.stringify({ runs, missing, failures }))
process.exitCode = failures.length === 0 && runs.length > 0 && runs.every(isGood) ? 0 : 1

async function show(runtime: Runtime, name: LinkName, bytes: number): Promise<void> {
  const bar = new SingleBar(
    { format: `${runtime} ${name} {bar} {percentage}%`, clearOnComplete: true },
    Presets.shades_classic,
  )
  const link = open = openLink(name)
  bar.start(bytes, 0)
  try {
    const progress = (sent: number) => bar.update(sent)
    const result = await run({ runtime, link, file, chunkBytes, progress })
    bar.stop()
    runs.push(result)
    say(row(result))
    const copied = copiedBytes(result)
    if (copied !== undefined) say(copied)
  } catch (failure) {
    bar.stop()
    const message = failure instanceof Error ? failure.message : String(failure)
    failures.push(`${runtime} over ${name}: ${message}`)
  } finally {
    link.close()
    open = undefined
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

function complain(text: string): void {
  process.stderr.write(`${text}\n`)
}
