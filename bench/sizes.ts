import { flows } from "./flows.ts"

/** The suites, in the order in which `all` runs them; the last five are not among them. */
export const suites = [
  "stream",
  "loopback",
  "idle",
  "connections",
  "calls",
  "fanout",
  "latency",
  "effect",
  "flows",
  "http",
  "http-idle",
  "http-beside",
  "small",
  "breakdown",
] as const
export type Suite = (typeof suites)[number]

/**
 * How the suite `small` asks: `answering` in `rivals/response.mjs`. The first four as fast as it is answered,
 * the last two at a fixed rate.
 */
export const asks = ["one", "pipelined", "large", "closing", "rate", "beside"] as const
export type Ask = (typeof asks)[number]

/** Those at a fixed rate. */
export const isPaced = (ask: Ask): ask is "rate" | "beside" => ask === "rate" || ask === "beside"

/** How much a suite does, where the command line does not say so. */
export interface Size {
  /** 10⁹ bytes that each rival sends in a round. */
  readonly gigabytes: number
  readonly rounds: number
  readonly chunks: readonly number[]
  /** How many are sent to at once. */
  readonly peers: readonly number[]
  /** Round trips in a round. */
  readonly messages: number
  readonly messageBytes: readonly number[]
  /** How many are idle, or accepted, at once. */
  readonly sockets: readonly number[]
  /** How many ask at a fixed rate, in the suite `small`. */
  readonly askers: readonly number[]
  /** Requests a second of all of them together. */
  readonly rate: number
  /** How many others take bodies beside them. */
  readonly takers: number
  /** Seconds that they are; in the suites about HTTP, seconds of requests. */
  readonly idleSeconds: number
  /** Seconds for which an HTTP server is asked before it is measured. */
  readonly warmSeconds: number
  readonly rivals: readonly string[]
  /** Names of what the suite `flows` sends. */
  readonly flows: readonly string[]
}

/**
 * Chosen so that everything takes less than 15 minutes on two idle CPUs, and less than 2 when it is quick;
 * a suite alone takes as long as good figures need. Rounds that are thrown away come on top.
 */
export function sizeOf(suite: Suite, extent: "alone" | "among all" | "quick"): Size {
  return { ...usual, ...alone[suite], ...(extent === "alone" ? {} : smaller[extent][suite]) }
}

const KiB = 1024
const MiB = 1024 * KiB

const pairs = ["zerowire-bun", "own-bun", "zerowire-deno", "own-deno"]
const main = [...pairs, "c-copy", "c-zerocopy"]
const withLeases = [...main, "lease-bun", "lease-deno"]

const usual: Size = {
  ...{ gigabytes: 0.4, rounds: 5, chunks: [64 * KiB], rivals: main },
  ...{ peers: [1, 10, 100, 1000], messages: 5000, messageBytes: [200, 64 * KiB] },
  ...{ sockets: [0, 100, 1000, 10_000], idleSeconds: 5, warmSeconds: 10 },
  ...{ flows: flows.map(({ name }) => name), askers: [16], rate: 5000, takers: 8 },
}

const alone: Readonly<Record<Suite, Partial<Size>>> = {
  stream: {
    chunks: [1 * KiB, 4 * KiB, 16 * KiB, 64 * KiB, 256 * KiB, 1 * MiB, 4 * MiB],
    rivals: [...withLeases, "producer-bun", "producer-deno"],
  },
  loopback: { chunks: [64 * KiB, 256 * KiB], rivals: withLeases },
  idle: {},
  connections: { sockets: [400] },
  calls: { chunks: [4 * KiB, 64 * KiB, 1 * MiB] },
  // Megabytes for each: what comes and goes with a connection is not to be all that one sees.
  fanout: { gigabytes: 2, rounds: 3, peers: [1, 100, 1000] },
  // Compilers count calls, and half as many are exchanged before.
  latency: { messages: 20_000, rounds: 3 },
  effect: { chunks: [16 * KiB, 64 * KiB, 256 * KiB] },
  flows: { rounds: 3 },
  http: {
    ...{ chunks: [1 * KiB, 16 * KiB, 64 * KiB, 1 * MiB, 64 * MiB], sockets: [16, 128] },
    ...{ rounds: 3, idleSeconds: 2 },
  },
  "http-idle": { sockets: [10_000], messages: 2000 },
  "http-beside": { chunks: [64 * MiB], sockets: [128], rounds: 3, idleSeconds: 3 },
  small: { sockets: [1, 16, 128, 1000], rounds: 3 },
  breakdown: { rounds: 3, gigabytes: 2 },
}

const smaller: Readonly<Record<"among all" | "quick", Readonly<Record<Suite, Partial<Size>>>>> = {
  "among all": {
    stream: { chunks: [64 * KiB, 256 * KiB], rivals: main, gigabytes: 0.3 },
    loopback: { chunks: [64 * KiB], rivals: main, rounds: 3 },
    idle: { sockets: [0, 10_000] },
    connections: { sockets: [400] },
    calls: { chunks: [64 * KiB] },
    fanout: { gigabytes: 0.3, rounds: 3, peers: [1, 100] },
    latency: { messages: 3000, rounds: 3 },
    effect: { gigabytes: 0.3, chunks: [64 * KiB], rounds: 3 },
    flows: { gigabytes: 0.06, rounds: 3, flows: ["memory", "file", "relay", "fetch", "fresh-64k"] },
    http: {},
    "http-idle": {},
    "http-beside": {},
    small: {},
    breakdown: {},
  },
  quick: {
    stream: { chunks: [64 * KiB], rivals: [...pairs, "c-zerocopy"], gigabytes: 0.2, rounds: 3 },
    loopback: { chunks: [64 * KiB], rivals: pairs, gigabytes: 0.2, rounds: 1 },
    idle: { sockets: [1000], idleSeconds: 1 },
    connections: { sockets: [100] },
    calls: { chunks: [64 * KiB] },
    fanout: { gigabytes: 0.1, rounds: 1, peers: [100] },
    latency: { messages: 1000, messageBytes: [200], rounds: 1 },
    effect: { gigabytes: 0.1, chunks: [64 * KiB], rounds: 1 },
    flows: { gigabytes: 0.06, rounds: 1, flows: ["file", "relay"] },
    http: { chunks: [64 * KiB], sockets: [16], rounds: 1, idleSeconds: 1, warmSeconds: 2 },
    "http-idle": { sockets: [1000], messages: 200, idleSeconds: 1 },
    "http-beside": { chunks: [1 * MiB], sockets: [16], rounds: 1, idleSeconds: 1, warmSeconds: 2 },
    small: { sockets: [16], rounds: 1 },
    breakdown: { rounds: 1 },
  },
}
