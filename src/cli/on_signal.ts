import { constants } from "node:os"
import process from "node:process"

/**
 * When the process is interrupted or terminated: waits for `stop`, then ends it with the status that a
 * shell expects, or with the one that `statusOf` returns. A second signal ends it at once.
 */
export function onSignal(
  stop: () => unknown,
  statusOf: (signal: number) => number = (signal) => 128 + signal,
): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, async () => {
      await stop()
      // Whatever still waits, such as a read of standard input, is left alone.
      process.exit(statusOf(constants.signals[signal]))
    })
  }
}
