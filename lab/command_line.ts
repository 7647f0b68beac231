import { Option } from "commander"
import { command, wholeNumber } from "../tools/command.ts"

/** The parsed command line. */
export interface Options {
  readonly mtu: number
  readonly kind: "xdp" | "veth"
  readonly drop: number
  readonly command: readonly string[]
}

/** Parses the command line. If it is wrong, ends the process with status 2 and a message. */
export function parse(args: readonly string[]): Options {
  const program = command("lab")
    .argument("[command...]", "runs in A with its own options; the lab closes when it ends")
    .option("--mtu <bytes>", "bytes of a packet", wholeNumber(1280, 65_535), 1500)
    .addOption(
      new Option("--kind <kind>", "with zero-copy, or a plain pair of devices, which copies")
        .choices(["xdp", "veth"]).default("xdp"),
    )
    .option("--drop <n>", "loses n of 1024 packets to B", wholeNumber(0, 1024), 0)
    // Bun removes a leading --, so everything after the command's name belongs to the command without
    // one.
    .passThroughOptions()
    .parse(args, { from: "user" })
  const options = program.opts<Omit<Options, "command">>()
  if (options.drop > 0 && options.kind === "veth") {
    program.error("error: a plain pair of devices cannot drop packets: omit --kind or --drop")
  }
  return { ...options, command: program.args }
}
