import type { Backend } from "../backend.ts"
import { commandLine, onFirstThread } from "../../isolate/command_line.ts"
import { type IsolateEnd, isolateEndOf } from "../../isolate/isolate_end.ts"

/** What this isolate ends with; the program was given `ownArguments` arguments. */
export const denoIsolateEnd = (
  backend: Backend,
  libraries: readonly string[],
  ownArguments: number,
): IsolateEnd =>
  isolateEndOf(
    // To `node:worker_threads` the thread of a `new Worker` is the main thread.
    "WorkerGlobalScope" in globalThis,
    // `deno test` and `deno bench` run one file after the other, on any thread but the first.
    onFirstThread(backend, libraries) ? commandLine(backend, libraries, ownArguments) : undefined,
    (commandLine) => commandLine.some((argument) => watching.test(argument)),
  )

const watching = /^--(watch|watch-hmr|unstable-hmr)(=|$)/
