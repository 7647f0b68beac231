import { Argument, Command, InvalidArgumentError, Option } from "commander"
import process from "node:process"
import { type LinkName, linkNames } from "./link.ts"
import { type Rival, rivals as allRivals } from "./rivals.ts"
import { ringBytes } from "./rivals/source.mjs"

/** What the command line asks for. */
export interface Options {
  readonly suite: "stream" | "idle" | "calls"
  readonly link: LinkName
  readonly mtu: number
  readonly congestionControl: string | undefined
  readonly source: "views" | "fresh"
  readonly chunks: readonly number[]
  readonly rivals: readonly Rival[]
  readonly totalBytes: number
  readonly warmBytes: number
  readonly rounds: number
  /** Foreign processor time that a run may have beside it, as a part of its duration. */
  readonly tolerated: number
  readonly json: string | undefined
}

/** Reads the command line; ends the process with status 2 and a message when it is wrong. */
export function parse(args: readonly string[]): Options {
  const command = new Command("npm run bench --")
    .description("Measures what a sender costs, every rival in turn in one session.")
    .addArgument(
      new Argument(
        "[suite]",
        "stream: what bytes cost; idle: what idle sockets cost; calls: system calls for each GB, and " +
          "what one costs",
      ).choices(["stream", "idle", "calls"]).default("stream"),
    )
    .addOption(new Option("--link <name>", "where").choices(linkNames).default("lab"))
    .option("--mtu <bytes>", "bytes of a packet", wholeNumber(576, 65_535), 1500)
    .option("--congestion <name>", "congestion control, as cubic or reno (default: the system's)")
    .addOption(
      new Option("--source <name>", "views of memory that stays, or a fresh buffer for each chunk")
        .choices(["views", "fresh"]).default("views"),
    )
    .option("--chunks <bytes,…>", "sizes of a chunk", toChunks, [
      4096,
      16_384,
      65_536,
      262_144,
      1_048_576,
    ])
    .option("--rivals <names,…>", "who takes part", toRivals, toRivals(usual))
    .option("--gigabytes <n>", "10⁹ bytes that each sends in a round", toGigabytes, 4)
    .option("--rounds <n>", "how often", wholeNumber(1, 1000), 5)
    .option("--quick", "2 · 10⁹ bytes, 3 rounds, chunks of 64 KiB", false)
    .option("--tolerate <percent>", "processor time of other programs", wholeNumber(0, 1000), 20)
    .option("--json <file>", "where to write the results")
    .exitOverride((failure) => process.exit(failure.exitCode === 0 ? 0 : 2))
    .parse(args, { from: "user" })
  const { link, mtu, congestion, source, chunks, rivals, ...rest } = command.opts()
  const { gigabytes, rounds, quick, tolerate, json } = rest
  const bytes = quick ? 2e9 : gigabytes * 1e9
  // A whole number of the largest chunk, so that all rivals send the same.
  const totalBytes = Math.ceil(bytes / ringBytes) * ringBytes
  return {
    suite: command.processedArgs[0],
    link,
    mtu,
    congestionControl: congestion,
    source,
    chunks: quick ? [65_536] : chunks,
    rivals,
    totalBytes,
    warmBytes: totalBytes,
    rounds: quick ? 3 : rounds,
    tolerated: tolerate / 100,
    json,
  }
}

function toChunks(text: string): readonly number[] {
  return text.split(",").map((part) => {
    const bytes = Number(part)
    if (Number.isInteger(bytes) && bytes > 0 && ringBytes % bytes === 0) return bytes
    throw new InvalidArgumentError(`A chunk has a power of two bytes, at most ${ringBytes}.`)
  })
}

function toRivals(text: string): readonly Rival[] {
  return text.split(",").map((name) => {
    const rival = allRivals.find((rival) => rival.name === name)
    if (rival !== undefined) return rival
    const names = allRivals.map(({ name }) => name).join(", ")
    throw new InvalidArgumentError(`There is no "${name}". There are ${names}.`)
  })
}

function toGigabytes(text: string): number {
  const number = Number(text)
  if (number > 0 && number <= 1000) return number
  throw new InvalidArgumentError("More than 0, and 1000 at most.")
}

const wholeNumber = (least: number, most: number) => (text: string): number => {
  const number = Number(text)
  if (Number.isInteger(number) && number >= least && number <= most) return number
  throw new InvalidArgumentError(`A whole number from ${least} to ${most}.`)
}

const usual =
  "zerowire-bun,own-bun,zerowire-deno,own-deno,lease-bun,lease-deno,c-copy,c-zerocopy," +
  "producer-bun,producer-deno"
