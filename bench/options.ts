import { Argument, InvalidArgumentError, Option } from "commander"
import { flows } from "./flows.ts"
import { command, wholeNumber } from "../tools/command.ts"
import { type LinkName, linkNames } from "./peers/link.ts"
import { named, type Rival, rivals as allRivals } from "./rivals.ts"
import { ringBytes } from "./rivals/source.mjs"
import { type Ask, asks, sizeOf, type Suite, suites } from "./sizes.ts"

/** What one suite is asked for. */
export interface Options {
  readonly suite: Suite
  readonly link: LinkName
  readonly mtu: number
  readonly congestionControl: string | undefined
  readonly source: "views" | "fresh"
  /** Where responses come from, in the suites about HTTP. */
  readonly from: readonly ("memory" | "file")[]
  /** Names of what the suite `flows` sends. */
  readonly flows: readonly string[]
  readonly chunks: readonly number[]
  /** Those of `stream`; the other suites have of these what they know by name. */
  readonly rivals: readonly Rival[]
  readonly totalBytes: number
  readonly warmBytes: number
  readonly rounds: number
  /** How many the suite `fanout` sends to at once. */
  readonly peers: readonly number[]
  /** Round trips of the suite `latency` in each round. */
  readonly messages: number
  readonly messageBytes: readonly number[]
  /** How many are open at once in the suites about connections, and for how many seconds. */
  readonly sockets: readonly number[]
  /** How the suite `small` asks. */
  readonly asks: readonly Ask[]
  /** How many connections ask at a fixed rate. */
  readonly askers: readonly number[]
  /** Requests a second of all of them together. */
  readonly rate: number
  /** How many others take bodies meanwhile. */
  readonly takers: number
  readonly idleSeconds: number
  readonly warmSeconds: number
  /** Whether each request of HTTP has a connection of its own. */
  readonly closing: boolean
  /** Foreign processor time that a run may have beside it, as a part of its duration. */
  readonly tolerated: number
  readonly json: string | undefined
}

/**
 * Reads the command line: what to run, one after the other. Ends the process with status 2 and a message
 * when it is wrong.
 */
export function parse(args: readonly string[]): readonly Options[] {
  const program = command("bench")
    .addArgument(
      new Argument(
        "[suite]",
        "stream: what bytes cost; loopback: the same where the kernel always copies; idle: what idle " +
          "sockets cost; connections: what an accepted one costs; calls: system calls for each GB, and what one costs; fanout: many peers; " +
          "latency: round trips; effect: what Effect adds; " +
          "flows: what programs send, file by file and pipe by pipe; http: responses, by wrk; " +
          "http-idle: connections that are kept alive; http-beside: small requests beside downloads; " +
          "breakdown: where the time of a GB goes, which needs perf; " +
          "small: servers that are asked, by `wrk` or at a fixed rate; all: a little of each but the last five",
      ).choices([...suites, "all"]).default("all"),
    )
    .addOption(
      new Option("--link <name>", "the link to send over").choices(linkNames).default("lab"),
    )
    .option("--mtu <bytes>", "bytes of a packet", wholeNumber(576, 65_535), 1500)
    .option("--congestion <name>", "congestion control, as cubic or reno (default: the system's)")
    .addOption(
      new Option("--source <name>", "views of memory that stays, or a fresh buffer for each chunk")
        .choices(["views", "fresh"]).default("views"),
    )
    .option("--from <names,…>", "where responses come from (http): memory, file", toFrom)
    .option("--chunks <bytes,…>", "bytes of a chunk, one or more sizes", toChunks)
    .option("--rivals <names,…>", "only these programs, as bench/rivals.ts names them", toRivals)
    .option("--flows <names,…>", `what is sent (flows): ${flowNames.join(", ")}`, toFlows)
    .option("--gigabytes <n>", "10⁹ bytes that each sends in a round", toGigabytes)
    .option("--rounds <n>", "rounds of each program", wholeNumber(1, 1000))
    .option("--peers <n,…>", "how many to send to at once (fanout)", wholeNumbers(1, 10_000))
    .option(
      "--connections <n,…>",
      "how many ask at once (small, http), are idle or download",
      wholeNumbers(1, 10_000),
    )
    .option(
      "--asks <names,…>",
      `how it is asked (small): ${asks.join(", ")}; rate: at a fixed rate; ` +
        "beside: the same while others take bodies without end",
      toAsks,
    )
    .option("--rate <n>", "requests a second, of all together (rate)", wholeNumber(1, 100_000))
    .option("--takers <n>", "connections that take bodies (beside)", wholeNumber(1, 1000))
    .option("--messages <n>", "round trips in a round (latency)", wholeNumber(100, 1_000_000))
    .option(
      "--warm-seconds <n>",
      "how long each server is asked before (http, http-beside)",
      wholeNumber(1, 600),
    )
    .option("--closing", "each request on a connection of its own (http)", false)
    .option("--quick", "little of everything, for a first look", false)
    .option(
      "--tolerate <percent>",
      "of a CPU that other programs may take",
      wholeNumber(0, 10_000),
      20,
    )
    .option("--json <file>", "write the results there, for npm run report")
    .parse(args, { from: "user" })
  const asked: Suite | "all" = program.processedArgs[0]
  const { quick, link, mtu, congestion, source, closing, tolerate, json, connections, ...said } =
    program
      .opts()
  const extent = quick ? "quick" : asked === "all" ? "among all" : "alone"
  const wanted = asked === "all" ? suites.filter((suite) => !needTools.includes(suite)) : [asked]
  return wanted.map((suite) => {
    const { gigabytes, ...size } = { ...sizeOf(suite, extent), ...said }
    const totalBytes = wholeRings(gigabytes * 1e9)
    return {
      ...size,
      ...(connections !== undefined && { sockets: connections, askers: connections }),
      asks: said.asks ?? ["one"],
      from: said.from ?? froms,
      suite,
      link: suite === "loopback" ? "loopback" : link,
      ...{ mtu, congestionControl: congestion, source, closing, json },
      rivals: said.rivals ?? size.rivals.map((name) => named(allRivals, name)),
      totalBytes,
      warmBytes: wholeRings(quick ? totalBytes / 2 : Math.max(totalBytes / 2, leastWarmBytes)),
      tolerated: tolerate / 100,
    }
  })
}

const froms = ["memory", "file"] as const
const flowNames = flows.map(({ name }) => name)
/** `wrk` and `perf`. */
const needTools: readonly Suite[] = ["http", "http-idle", "http-beside", "small", "breakdown"]

/** As chunks of 16 KiB, enough of them that compilers are done. */
const leastWarmBytes = 3e8

/** A whole number of the largest chunk, so that all rivals send the same. */
const wholeRings = (bytes: number): number => Math.ceil(bytes / ringBytes) * ringBytes

function toChunks(text: string): readonly number[] {
  return text.split(",").map((part) => {
    const bytes = Number(part)
    if (Number.isInteger(bytes) && bytes > 0 && ringBytes % bytes === 0) return bytes
    throw new InvalidArgumentError(`A chunk has a power of two bytes, at most ${ringBytes}.`)
  })
}

function toRivals(text: string): readonly Rival[] {
  try {
    return text.split(",").map((name) => named(allRivals, name))
  } catch (failure) {
    throw new InvalidArgumentError(failure instanceof Error ? `${failure.message}.` : "")
  }
}

function toFlows(text: string): readonly string[] {
  const names = text.split(",")
  const unknown = names.find((name) => !flowNames.includes(name))
  if (unknown === undefined) return names
  throw new InvalidArgumentError(`There is no "${unknown}". There are ${flowNames.join(", ")}.`)
}

function toAsks(text: string): readonly Ask[] {
  return text.split(",").map((name) => {
    const ask = asks.find((known) => known === name)
    if (ask !== undefined) return ask
    throw new InvalidArgumentError(`There is no "${name}". There are ${asks.join(", ")}.`)
  })
}

function toFrom(text: string): readonly string[] {
  const names = text.split(",")
  if (names.every((name) => froms.some((from) => from === name))) return names
  throw new InvalidArgumentError(`There are ${froms.join(" and ")}.`)
}

function toGigabytes(text: string): number {
  const number = Number(text)
  if (number > 0 && number <= 1000) return number
  throw new InvalidArgumentError("More than 0, and 1000 at most.")
}

const wholeNumbers = (least: number, most: number) => (text: string): readonly number[] =>
  text.split(",").map(wholeNumber(least, most))
