import { Option } from "commander"
import { command, wholeNumber } from "../tools/command.ts"

/** What the command line asks for. */
export interface Options {
  readonly mtu: number
  readonly kind: "xdp" | "veth"
  readonly drop: number
  readonly command: readonly string[]
}

/** Reads the command line; ends the process with status 2 and a message when it is wrong. */
export function parse(args: readonly string[]): Options {
  const program = command("lab")
    .argument("[command...]", "runs in A, with options of its own; the lab closes when it ends")
    .option("--mtu <bytes>", "bytes of a packet", wholeNumber(1280, 65_535), 1500)
    .addOption(
      new Option("--kind <kind>", "with zero-copy, or a plain pair of devices, which copies")
        .choices(["xdp", "veth"]).default("xdp"),
    )
    .option("--drop <n>", "loses n of 1024 packets to B", wholeNumber(0, 1024), 0)
    // Bun takes a -- in front away, so what follows the command's name belongs to it without one.
    .passThroughOptions()
    .parse(args, { from: "user" })
  const options = program.opts<Omit<Options, "command">>()
  if (options.drop > 0 && options.kind === "veth") {
    program.error("error: a plain pair of devices cannot drop packets: leave --kind or --drop out")
  }
  return { ...options, command: program.args }
}
