import { spawnSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { TemporaryFolder } from "../../tools/temporary_folder.ts"

/** How often each system call was made. */
export type SystemCalls = Readonly<Record<string, number>>

export const hasStrace = (): boolean =>
  spawnSync("strace", ["--version"], { stdio: "ignore" }).status === 0

/** Has `run` start a command under strace, and returns the system calls of all its threads. */
export function traced(
  command: readonly string[],
  run: (command: readonly string[]) => void,
): SystemCalls {
  using folder = new TemporaryFolder("zerowire-strace-")
  const file = join(folder.path, "calls")
  run(["strace", "-f", "-c", "-U", "calls,name", "-o", file, "--", ...command])
  return parseSummary(readFileSync(file, "utf8"))
}

/** Reads strace's table: a count and a name per line, and the sum at the end. */
export function parseSummary(text: string): SystemCalls {
  const lines = [...text.matchAll(/^ *(\d+) (\w+) *$/gm)]
  const calls = lines.map(([, count, name]) => [name, Number(count)] as const)
  return Object.fromEntries(calls.filter(([name]) => name !== "total"))
}

/** The calls in `more` that are not in `less`: what the larger of two jobs made in addition. */
export const difference = (more: SystemCalls, less: SystemCalls): SystemCalls =>
  Object.fromEntries(
    Object.entries(more).map(([name, count]) => [name, Math.max(0, count - (less[name] ?? 0))]),
  )
