/**
 * `npm run clients`: lets other people's programs use an HTTP server, in each runtime. Runs in Bun.
 *
 * Its status is 1 if anything is wrong, and 77 if a program was missing and so nothing was learned of it.
 *
 * @module
 */
import { InvalidArgumentError, Option } from "commander"
import process from "node:process"
import { denoPath } from "../../demo/runtime.ts"
import { command } from "../../tools/command.ts"
import { chromium } from "./chromium.ts"
import { curlClient } from "./curl.ts"
import { h2load, wrk } from "./load.ts"
import { haproxy, nginx, varnish } from "./proxies.ts"
import { type Client, exists, Scene } from "./scene.ts"
import { slowhttptest } from "./slow.ts"

const all: readonly Client[] = [
  ...[curlClient, wrk, h2load, nginx, haproxy, varnish, slowhttptest, chromium],
]

interface Options {
  readonly runtime: "bun" | "deno" | "both"
  readonly only?: readonly Client[]
}

/** What automake's tests end with when they are skipped. */
const missing = 77

const { runtime, only = all } = command("clients")
  .addOption(
    new Option("--runtime <name>", "what serves").choices(["bun", "deno", "both"]).default("both"),
  )
  .option("--only <commands>", "only these, with commas between, such as curl,wrk", named)
  .parse(process.argv.slice(2), { from: "user" })
  .opts<Options>()

for (const one of runtime === "both" ? ["bun", "deno"] as const : [runtime]) {
  const binary = one === "bun"
    ? [process.execPath]
    : [denoPath(), "run", "--allow-all", "--no-check"]
  for (const { name, needs: [command, debian], run } of only) {
    if (!exists(command)) {
      say(`${one}, ${name}: SKIPPED, there is no ${command} (apt-get install ${debian})`)
      process.exitCode ??= missing
      continue
    }
    try {
      await using scene = await Scene.open(binary)
      say(`${one}, ${name}: ${await run(scene)}`)
    } catch (failure) {
      say(`${one}, ${name}: WRONG: ${failure instanceof Error ? failure.stack : failure}`)
      process.exitCode = 1
    }
  }
}

function named(text: string): readonly Client[] {
  return text.split(",").map((command) => {
    const client = all.find(({ needs }) => needs[0] === command)
    if (client !== undefined) return client
    const commands = all.map(({ needs }) => needs[0]).join(", ")
    throw new InvalidArgumentError(`Name some of ${commands}.`)
  })
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
