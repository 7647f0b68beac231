/**
 * Starts `main.ts` in Deno. Runs in Bun, as every program that npm starts.
 *
 * @module
 */
import { spawnSync } from "node:child_process"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { denoPath } from "../../demo/runtime.ts"
import { command } from "../../tools/command.ts"

command("heap").parse(process.argv.slice(2), { from: "user" })
const program = fileURLToPath(new URL("main.ts", import.meta.url))
const { status } = spawnSync(denoPath(), ["run", "--allow-all", "--no-check", program], {
  stdio: "inherit",
})
process.exitCode = status ?? 1
