import type { Command } from "commander"
import { byteCount, type HostPort, target, wholeNumber } from "./address.ts"
import type { BenchFlags } from "./bench.ts"
import { finish } from "./finish.ts"

export function addBench(zerowire: Command): void {
  zerowire.command("bench")
    .description("Compares the CPU time of Zerowire with that of this runtime's own streams.")
    .argument("[host:port]", "a receiver; one on this machine by default", target)
    .option("--rounds <number>", "how often each way takes its turn", wholeNumber, 5)
    .option("--bytes <bytes>", "what is sent at a time", byteCount, 100_000_000)
    .option("--json", "print JSON")
    .addHelpText(
      "after",
      "\nStart the receiver on the other host: zerowire receive --keep --quiet PORT /dev/null\n" +
        "A file and memory are sent each way, in turn, in connections of their own. Without HOST the\n" +
        "bytes go over loopback, where the kernel copies all memory. By default it sends 2.4 GB as\n" +
        "fast as it can, from a temporary file of 100 MB: do not use a link that others need.",
    )
    .action(async (to: HostPort | undefined, options: BenchFlags) => {
      const { bench } = await import("./bench.ts")
      await finish(() => bench(to, options))
    })
}
