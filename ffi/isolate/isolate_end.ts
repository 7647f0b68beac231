/**
 * What an isolate ends with, at the latest. Its heap is then freed, even if somebody still reads it.
 *
 * - `process`: the isolate lives as long as its process. Pages that are in flight when a process ends
 *   stay pinned, and nobody else writes to them
 * - `thread`: a Worker. Its thread ends with it, and the process goes on
 * - `restart`: another isolate may follow it on the same thread (`deno run --watch`, the files of `deno
 *   test`, `bun test --isolate`)
 */
export type IsolateEnd = "process" | "thread" | "restart"

/**
 * Determines which, from what a runtime can tell.
 *
 * `commandLine` is the process's command line without the program's own arguments; nothing if it cannot
 * be read, and then a restart cannot be ruled out. `restarts` says whether a command line asks for
 * restarts.
 */
export function isolateEndOf(
  isWorker: boolean,
  commandLine: readonly string[] | undefined,
  restarts: (commandLine: readonly string[]) => boolean,
): IsolateEnd {
  if (isWorker) return "thread"
  return commandLine === undefined || restarts(commandLine) ? "restart" : "process"
}
