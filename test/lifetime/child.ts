/**
 * Starts a program in the runtime that runs the test, with a garbage collector that can be called.
 *
 * @module
 */
import { spawn } from "node:child_process"
import process from "node:process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

/** A program that has been started. */
export interface Child {
  /** The next line that it prints, or nothing when it has ended. */
  line(): Promise<string | undefined>
  /** How it ended: its exit code, and what it wrote to stderr. */
  readonly ended: Promise<{ readonly code: number | null; readonly errors: string }>
}

/** Starts the program `name` of this folder with `args`. */
export function start(name: string, ...args: readonly string[]): Child {
  const script = fileURLToPath(new URL(name, import.meta.url))
  const flags = process.versions.bun === undefined
    ? ["run", "-A", "--no-check", "--v8-flags=--expose-gc"]
    : []
  const child = spawn(process.execPath, [...flags, script, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let errors = ""
  child.stderr.on("data", (data) => errors += data)
  return {
    line: async () => (await lines.next()).value,
    ended: new Promise((resolve, reject) => {
      child.on("error", reject)
      child.on("close", (code) => resolve({ code, errors }))
    }),
  }
}

/** Collects garbage, now and all of it; for the programs that `start` starts. */
export function collect(): void {
  const { Bun, gc } = globalThis as { Bun?: { gc(force: boolean): void }; gc?: () => void }
  if (Bun !== undefined) Bun.gc(true)
  else if (gc !== undefined) gc()
  else throw new Error("Cannot collect garbage: run with --v8-flags=--expose-gc")
}
