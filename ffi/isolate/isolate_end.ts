/**
 * What an isolate ends with, at the latest. Memory of its heap is freed then, whoever still reads it.
 *
 * - `process`: the isolate lives as long as its process. Pages that are in flight when a process ends
 *   stay pinned, and nobody else writes to them
 * - `thread`: a Worker. Its thread ends with it, and the process goes on
 * - `restart`: another isolate follows it on the same thread, or may (`deno run --watch`, the files of
 *   `deno test`, `bun test --isolate`)
 */
export type IsolateEnd = "process" | "thread" | "restart"

/**
 * Finds out which, from what a runtime can tell.
 *
 * `commandLine` is that of the process without the arguments of the program itself, or nothing where it
 * cannot be read; then a restart cannot be ruled out. `restarts` says whether it asks for one.
 */
export function isolateEndOf(
  isWorker: boolean,
  commandLine: readonly string[] | undefined,
  restarts: (commandLine: readonly string[]) => boolean,
): IsolateEnd {
  if (isWorker) return "thread"
  return commandLine === undefined || restarts(commandLine) ? "restart" : "process"
}
