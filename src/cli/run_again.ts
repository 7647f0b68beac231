import { spawn } from "node:child_process"
import { accessSync, constants, statSync } from "node:fs"
import { delimiter, join } from "node:path"
import process from "node:process"
import { fileURLToPath } from "node:url"

/** Whether this is Node, which cannot call libc. */
export const inNode = (): boolean =>
  process.versions.bun === undefined && process.versions.deno === undefined

/**
 * Starts the same command line again in Bun, or in Deno if there is no Bun, and ends as it ends. What it
 * may do is what a native program may: calling libc needs as much.
 */
export async function runAgain(script: string): Promise<never> {
  const command = commandFor(fileURLToPath(script))
  if (command === undefined) {
    process.stderr.write(
      "zerowire: needs Bun or Deno, and finds neither in PATH. Install one: https://bun.sh, " +
        "https://deno.com, or npm i -g bun\n",
    )
    process.exit(1)
  }
  const [name, ...args] = command
  const child = spawn(name, [...args, ...process.argv.slice(2)], { stdio: "inherit" })
  // The terminal sends an interrupt to both. Others send signals to this process only.
  process.on("SIGINT", () => {})
  for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal))
  return await new Promise(() => {
    child.on("error", ({ message }) => {
      process.stderr.write(`zerowire: cannot start ${name}: ${message}\n`)
      process.exit(1)
    })
    child.on("exit", (status, signal) => {
      if (signal === null) process.exit(status ?? 1)
      // Ends by the same signal.
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    })
  })
}

function commandFor(script: string): readonly string[] | undefined {
  const bun = find("bun")
  if (bun !== undefined) return [bun, script]
  const deno = find("deno")
  return deno === undefined ? undefined : [deno, "run", "--allow-all", "--quiet", script]
}

/** The path of a program. */
function find(name: string): string | undefined {
  const paths = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "")
  return paths.map((folder) => join(folder, name)).find((path) => {
    try {
      accessSync(path, constants.X_OK)
      // A folder may be entered, which is the same permission.
      return statSync(path).isFile()
    } catch {
      return false
    }
  })
}
