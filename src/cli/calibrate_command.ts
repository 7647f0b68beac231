import type { Command } from "commander"
import { byteCount, type HostPort, target, wholeNumber } from "./address.ts"
import type { CalibrateFlags } from "./calibrate.ts"
import { finish } from "./finish.ts"

export function addCalibrate(zerowire: Command): void {
  zerowire.command("calibrate")
    .description("Measures from which size on zero-copy costs less CPU time, and saves it.")
    .argument("<host:port>", "a receiver that takes one connection after another", target)
    .option("--rounds <number>", "how often each size is sent each way", wholeNumber, 5)
    .option("--bytes <bytes>", "the most to send at a time", byteCount, 100_000_000)
    .option("--dry-run", "save nothing")
    .addHelpText(
      "after",
      "\nStart the receiver on the other host: zerowire receive --keep --quiet PORT /dev/null\n" +
        "Sends up to 7 GB, so use a link and two machines that do nothing else. Sockets of this\n" +
        "runtime on this machine then use the size, unless they have the option threshold, or\n" +
        "ZEROWIRE_THRESHOLD is set.",
    )
    .action(async (to: HostPort, options: CalibrateFlags) => {
      const { calibrate } = await import("./calibrate.ts")
      await finish(() => calibrate(to, options))
    })
}
