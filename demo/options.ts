import { Option } from "commander"
import { fileURLToPath } from "node:url"
import { command, wholeNumber } from "../tools/command.ts"
import type { LinkName } from "./link.ts"
import type { Runtime } from "./runtime.ts"

/** The parsed command line. */
export interface Options {
  readonly file: string
  readonly runtimes: readonly Runtime[]
  readonly links: readonly LinkName[]
  readonly chunkBytes: number | undefined
  readonly json: boolean
}

/** Parses the command line. If it is wrong, ends the process with status 2 and a message. */
export function parse(args: readonly string[]): Options {
  const program = command("start")
    .argument("[file]", "the file to stream", defaultFile)
    .addOption(
      new Option("--runtime <name>", "where the sender runs").choices(["bun", "deno", "both"])
        .default("both"),
    )
    .addOption(
      new Option("--link <name>", "the way to the receiver").choices(["loopback", "lab", "all"])
        .default("all"),
    )
    .option(
      "--chunk <bytes>",
      "bytes of a chunk (default: as the runtime reads files)",
      wholeNumber(1, maxChunkBytes),
    )
    .option(
      "--json",
      "print the results as one line of JSON, and the rest on standard error (with npm -s start)",
      false,
    )
    .parse(args, { from: "user" })
  const { runtime, link, chunk, json } = program.opts<{
    runtime: Runtime | "both"
    link: LinkName | "all"
    chunk: number | undefined
    json: boolean
  }>()
  return {
    file: program.processedArgs[0] as string,
    runtimes: runtime === "both" ? ["bun", "deno"] : [runtime],
    links: link === "all" ? ["loopback", "lab"] : [link],
    chunkBytes: chunk,
    json,
  }
}

/** A large real file that exists wherever this runs. */
const defaultFile = fileURLToPath(new URL("../node_modules/bun/bin/bun.exe", import.meta.url))
const maxChunkBytes = 1024 * 1024 * 1024
