import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"
import type { LinkName } from "./testbed.ts"

/**
 * Runs a case on Linux in a process of an unused user id, with this RLIMIT_MEMLOCK in bytes: the kernel
 * counts locked memory per user, over all processes.
 *
 * @throws {Error} with the process's output, if the case failed.
 */
export async function runAsUser(name: string, link: LinkName, memlock: number): Promise<void> {
  const user = String(firstUser + process.pid % userCount)
  const home = mkdtempSync(join(tmpdir(), "zerowire-"))
  const [command, ...args] = [
    ...["prlimit", `--memlock=${memlock}:${memlock}`, "--"],
    // It may only read all files, wherever this project is.
    ...[
      "setpriv",
      `--reuid=${user}`,
      `--regid=${user}`,
      "--clear-groups",
      "--bounding-set=-all,+dac_read_search",
    ],
    ...["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search", "--"],
    ...[...runtime, program, name, link],
  ]
  try {
    const child = spawn(command, args, {
      env: { PATH: process.env.PATH, HOME: home },
      stdio: ["ignore", "pipe", "pipe"],
    })
    let said = ""
    child.stdout.on("data", (data) => said += data)
    child.stderr.on("data", (data) => said += data)
    const status = await new Promise((resolve, reject) => {
      child.on("error", reject)
      child.on("close", resolve)
    })
    if (status !== 0) throw new Error(`The case failed as user ${user}, status ${status}:\n${said}`)
  } finally {
    rmSync(home, { recursive: true })
  }
}

const program = fileURLToPath(new URL("child_main.ts", import.meta.url))
const runtime = "Deno" in globalThis
  ? [process.execPath, "run", "--allow-all", "--no-check", "--quiet"]
  : [process.execPath]

/** User ids that no distribution assigns. */
const firstUser = 1_700_000_000
const userCount = 100_000_000
