/**
 * Starts `main.ts` in Deno. Runs in Bun, as every program that npm starts.
 *
 * @module
 */
import { spawnSync } from "node:child_process"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { denoPath } from "../../demo/runtime.ts"

const program = fileURLToPath(new URL("main.ts", import.meta.url))
const { status } = spawnSync(denoPath(), ["run", "--allow-all", "--no-check", program], {
  stdio: "inherit",
})
process.exitCode = status ?? 1
