import process from "node:process"
import type { Backend } from "../backend.ts"
import { commandLine } from "../../isolate/command_line.ts"
import { type IsolateEnd, isolateEndOf } from "../../isolate/isolate_end.ts"

/** What this isolate ends with. `bun --watch` starts a new process, and `--hot` frees nothing. */
export function bunIsolateEnd(backend: Backend, libraries: readonly string[]): IsolateEnd {
  const { Bun } = globalThis as unknown as { readonly Bun: { readonly isMainThread: boolean } }
  // The first two arguments are the runtime and the program.
  const ownArguments = process.argv.length - 2
  return isolateEndOf(!Bun.isMainThread, commandLine(backend, libraries, ownArguments), restarts)
}

/** `bun test` can give each file its own global object; what only the previous one held is collected. */
const restarts = (commandLine: readonly string[]): boolean =>
  commandLine.includes("test") && commandLine.some((argument) => isolating.test(argument))

const isolating = /^--(isolate|parallel|test-worker)(=|$)/
