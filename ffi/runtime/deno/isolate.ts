import type { Backend } from "../backend.ts"
import { commandLine, onFirstThread } from "../../isolate/command_line.ts"
import { type IsolateEnd, isolateEndOf } from "../../isolate/isolate_end.ts"

/** What this isolate ends with. The program has `ownArguments` arguments. */
export const denoIsolateEnd = (
  backend: Backend,
  libraries: readonly string[],
  ownArguments: number,
): IsolateEnd =>
  isolateEndOf(
    // `node:worker_threads` reports the thread of a `new Worker` as the main thread.
    "WorkerGlobalScope" in globalThis,
    // `deno test` and `deno bench` run one file after another, never on the first thread.
    onFirstThread(backend, libraries) ? commandLine(backend, libraries, ownArguments) : undefined,
    (commandLine) => commandLine.some((argument) => watching.test(argument)),
  )

const watching = /^--(watch|watch-hmr|unstable-hmr)(=|$)/
