/**
 * `npm run fuzz`: millions of mutated bytes to an HTTP server, in each runtime; and what Node's parser and h11
 * make of the same bytes. Runs in Bun.
 *
 * @module
 */
import { Option } from "commander"
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import process from "node:process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { denoPath } from "../../demo/runtime.ts"
import { command, wholeNumber } from "../../tools/command.ts"
import type { Fuzzed } from "./fuzz.ts"

interface Options {
  readonly runtime: "bun" | "deno" | "both"
  readonly bytes: number
  readonly seed: number
  readonly first: number
  readonly lanes: number
}

/** Longer than the patience with one connection. */
const patienceMillis = 400_000
const most = Number.MAX_SAFE_INTEGER
const options = command("fuzz")
  .addOption(
    new Option("--runtime <name>", "what serves").choices(["bun", "deno", "both"]).default("both"),
  )
  .option("--bytes <n>", "to send in each runtime", wholeNumber(1, most), 10_000_000)
  .option("--seed <n>", "decides everything that is sent", wholeNumber(0, 1_000_000), 1)
  .option("--first <n>", "the number of the first connection", wholeNumber(0, most), 0)
  .option("--lanes <n>", "connections at once", wholeNumber(1, 1000), 200)
  .parse(process.argv.slice(2), { from: "user" })
  .opts<Options>()

if (spawnSync("/usr/bin/python3", ["-c", "import h11"]).status === 0) {
  const runtimes = options.runtime === "both" ? ["bun", "deno"] as const : [options.runtime]
  for (const runtime of runtimes) if (!await run(runtime)) process.exitCode = 1
} else {
  say("Cannot ask h11 about the answers. Install it: apt-get install python3-h11")
  process.exitCode = 1
}

async function run(runtime: "bun" | "deno"): Promise<boolean> {
  const binary = runtime === "bun"
    ? [process.execPath]
    : [denoPath(), "run", "--allow-all", "--no-check"]
  const { seed, first, bytes, lanes } = options
  const program = fileURLToPath(new URL("fuzz_main.ts", import.meta.url))
  const [name, ...args] = [...binary, program, ...[seed, first, bytes, lanes].map(String)]
  const child = spawn(name, args, { stdio: ["ignore", "pipe", "inherit"] })
  let so: Fuzzed | undefined
  // A process that hangs says nothing any more.
  const hangs = () => child.kill("SIGKILL")
  let watch = setTimeout(hangs, patienceMillis)
  createInterface(child.stdout).on("line", (line) => {
    clearTimeout(watch)
    watch = setTimeout(hangs, patienceMillis)
    so = JSON.parse(line)
  })
  const [code, signal] = await once(child, "close")
  clearTimeout(watch)
  if (so !== undefined) {
    say(
      `${runtime}: ${so.bytes} bytes over ${so.connections} connections, seed ${seed}: ` +
        `${so.handled} requests handled, ${so.refused} connections refused, ${so.reset} reset`,
    )
    for (const complaint of so.complaints) say(`WRONG: ${complaint}`)
  }
  if (code !== 0) say(`WRONG: ${runtime} has ended with ${code ?? signal}`)
  const good = code === 0 && so?.complaints.length === 0
  say(`${runtime}: ${good ? "all is well" : "not all is well"}`)
  return good
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
