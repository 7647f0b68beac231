import type { Command } from "commander"
import process from "node:process"
import { byteCount, host, type HostPort } from "./address.ts"
import { finish } from "./finish.ts"

export function addDoctor(zerowire: Command): void {
  zerowire.command("doctor")
    .description(
      "Examines whether bytes would be sent zero-copy from here, and to HOST, and what is in the way.",
    )
    .argument("[host[:port]]", "a host to look at the way to; with a port, connect to it", host)
    .option("--send <bytes>", "send so many zeros six times, to measure the CPU time", byteCount)
    .option("--json", "print JSON")
    .option("--no-color", "print without colours")
    .addHelpText(
      "after",
      "\nIt changes nothing, and needs no privileges. HOST gets one UDP datagram at port 9.\n" +
        "Use --send only with a receiver of your own: zerowire receive --keep PORT /dev/null\n\n" +
        "Exit status: 0 good, 1 a limit, 2 a problem, 3 it could not examine",
    )
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : unknownStatus))
    .action(async (to: Partial<HostPort> | undefined, options) => {
      const { examine } = await import("./doctor.ts")
      await finish(() => examine(to, options), unknownStatus)
    })
}

/** As monitoring plugins report what they could not find out. */
const unknownStatus = 3
