import process from "node:process"
import { fileURLToPath } from "node:url"
import { denoPath } from "../demo/runtime.ts"
import type { Programs } from "./peers/compiler.ts"
import { type Source, turnBytes } from "./rivals/source.mjs"

/** What a rival is asked to send. */
export interface Job {
  readonly address: string
  readonly port: number
  readonly chunkBytes: number
  readonly totalBytes: number
  /** Sent once before, so that compilers are done. */
  readonly warmBytes: number
  readonly source: Source
  /** How many it sends to, one unless said otherwise; `totalBytes` is for all of them together. */
  readonly peers?: number
}

/** What a rival of the suite `latency` is asked for. */
export interface Exchange extends Pick<Job, "address" | "port"> {
  readonly messageBytes: number
  readonly messages: number
  /** Exchanged once before, so that compilers are done. */
  readonly warmMessages: number
}

/** What a relay is asked to move: from a source at the same address. */
export interface Passage extends Pick<Job, "address" | "port" | "totalBytes" | "warmBytes"> {
  readonly sourcePort: number
}

/** A way to send, as a process of its own that prints its cost. */
export interface Rival<J = Job> {
  readonly name: string
  /** One only makes the chunks, to tell their cost apart. */
  readonly sends?: false
  /** The program in C that it is. */
  readonly inC?: keyof Programs
  /** A command that it needs, which the benchmark does not install. */
  readonly needs?: string
  command(job: J, programs?: Programs): readonly string[]
}

const runtimes = ["bun", "deno"] as const

/** All of them; the names are those that `--rivals` takes. */
export const rivals: readonly Rival[] = [
  ...runtimes.flatMap((runtime): Rival[] => [
    script(`zerowire-${runtime}`, runtime, "zerowire.ts", "pipe"),
    script(`own-${runtime}`, runtime, "own.mjs", "pipe"),
    script(`lease-${runtime}`, runtime, "zerowire.ts", "lease"),
    script(`always-${runtime}`, runtime, "zerowire.ts", "always"),
    script(`never-${runtime}`, runtime, "zerowire.ts", "never"),
    script(`worker-${runtime}`, runtime, "worker.ts", "pipe"),
    script(`write-${runtime}`, runtime, "own.mjs", "write"),
    { ...script(`producer-${runtime}`, runtime, "producer.mjs", "pipe"), sends: false },
  ]),
  script("own-node", "node", "own.mjs", "pipe"),
  ...["copy", "zerocopy", "epoll"].map((mode) =>
    programInC<Job>(
      `c-${mode}`,
      "sender",
      (job) => [mode, ...wordsOf(job), String(turnBytes(job.source))],
    )
  ),
]

/** Zerowire with every call to the kernel counted, which makes it slower: it is no rival. */
export const counted: readonly Rival[] = runtimes.map((runtime) =>
  script(`zerowire-${runtime}`, runtime, "counted.ts", "pipe")
)

/** Those that send to many peers at once. */
export const fanoutRivals = (mode: "shared" | "active"): readonly Rival[] => [
  ...runtimes.flatMap((runtime) => [
    script(`zerowire-${runtime}`, runtime, "fanout.ts", mode),
    script(`own-${runtime}`, runtime, "fanout_own.mjs", mode),
  ]),
  programInC<Job>("c-zerocopy", "fanout", (job) => [...wordsOf(job), String(job.peers ?? 1)]),
]

/** Effect's face, which is compared with `zerowire-…` alone. */
export const effectRivals: readonly Rival[] = runtimes.map((runtime) =>
  script(`effect-${runtime}`, runtime, "effect.ts", "sink")
)

/** Those that send files. */
export const fileRivals: readonly Rival[] = [
  ...runtimes.flatMap((runtime) => [
    script(`sendfile-${runtime}`, runtime, "file.ts", "sendfile"),
    script(`stream-${runtime}`, runtime, "file.ts", "stream"),
    script(`pipe-${runtime}`, runtime, "file.ts", "pipe"),
    script(`from-${runtime}`, runtime, "file.ts", "from"),
    script(`own-${runtime}`, runtime, "file_own.mjs", "pipe"),
  ]),
  programInC<Job>("c-sendfile", "sendfile", wordsOf),
]

/** Those that serve a file over HTTP; the job's port is that of the client that asks them. */
export const serverRivals: readonly Rival[] = [
  script("serve-bun", "bun", "server.mjs", "moves"),
  script("serve-deno", "deno", "server.mjs", "copies"),
  { ...script("nginx", "bun", "nginx.mjs", "moves"), needs: "nginx" },
]

/** Those that pack what they send. */
export const gzipRivals: readonly Rival[] = runtimes.flatMap((runtime) => [
  script(`zerowire-${runtime}`, runtime, "zerowire.ts", "gzip"),
  script(`own-${runtime}`, runtime, "own.mjs", "gzip"),
])

/** Those that send on the body of a fetch; the program in C moves the same bytes without HTTP. */
export const fetchRivals: readonly Rival<Passage>[] = [
  ...runtimes.flatMap((runtime) => [
    relay(`zerowire-${runtime}`, runtime, "fetch.ts"),
    relay(`own-${runtime}`, runtime, "fetch_own.mjs"),
  ]),
  relayInC("splice"),
]

/** Those that have one socket's bytes go to another one. */
export const relayRivals: readonly Rival<Passage>[] = [
  ...runtimes.flatMap((runtime) => [
    relay(`zerowire-${runtime}`, runtime, "relay.ts"),
    relay(`own-${runtime}`, runtime, "relay_own.mjs"),
  ]),
  ...["splice", "epoll"].map(relayInC),
]

/** Those that send a message at a time. */
export const latencyRivals: readonly Rival<Exchange>[] = [
  ...runtimes.flatMap((runtime) => [
    pinger(`zerowire-${runtime}`, runtime, "ping.ts"),
    pinger(`zerowire-${runtime}-handlers`, runtime, "ping_handlers.ts"),
    pinger(`own-${runtime}`, runtime, "ping_own.mjs"),
  ]),
  programInC<Exchange>("c-copy", "pinger", wordsOfExchange),
]

/**
 * One of them.
 *
 * @throws {Error} when there is none of that name.
 */
export function named<T extends { readonly name: string }>(rivals: readonly T[], name: string): T {
  const rival = rivals.find((rival) => rival.name === name)
  if (rival !== undefined) return rival
  throw new Error(`There is no "${name}". There are ${rivals.map(({ name }) => name).join(", ")}`)
}

/** The command that runs a file of `rivals/`. */
export const commandOf = (
  runtime: keyof typeof binaries,
  file: string,
  flags: readonly string[] = [],
): readonly string[] => [
  ...[...binaries[runtime](), ...flags],
  fileURLToPath(new URL(`rivals/${file}`, import.meta.url)),
]

function script(
  name: string,
  runtime: keyof typeof binaries,
  file: string,
  way: string,
): Rival {
  return {
    name,
    command: (job) => [
      ...[...commandOf(runtime, file), ...wordsOf(job)],
      ...[job.source, way, String(job.peers ?? 1)],
    ],
  }
}

function pinger(name: string, runtime: keyof typeof binaries, file: string): Rival<Exchange> {
  return { name, command: (job) => [...commandOf(runtime, file), ...wordsOfExchange(job)] }
}

function relay(name: string, runtime: keyof typeof binaries, file: string): Rival<Passage> {
  return {
    name,
    command: (passage) => [...commandOf(runtime, file), ...wordsOfPassage(passage)],
  }
}

function relayInC(mode: string): Rival<Passage> {
  return programInC(`c-${mode}`, "relay", (passage) => [mode, ...wordsOfPassage(passage)])
}

function programInC<J>(
  name: string,
  program: keyof Programs,
  words: (job: J) => readonly string[],
): Rival<J> {
  return {
    name,
    inC: program,
    command: (job, programs) => [programs?.[program] ?? "", ...words(job)],
  }
}

function wordsOf({ address, port, chunkBytes, totalBytes, warmBytes }: Job): readonly string[] {
  return [address, ...[port, chunkBytes, totalBytes, warmBytes].map(String)]
}

function wordsOfPassage(passage: Passage): readonly string[] {
  const { address, port, sourcePort, totalBytes, warmBytes } = passage
  return [address, ...[port, sourcePort, totalBytes, warmBytes].map(String)]
}

function wordsOfExchange(exchange: Exchange): readonly string[] {
  const { address, port, messageBytes, messages, warmMessages } = exchange
  return [address, ...[port, messageBytes, messages, warmMessages].map(String)]
}

/** Real binaries: the commands that npm links are programs that start them. This runs in Bun. */
const binaries = {
  bun: () => [process.execPath],
  deno: () => [denoPath(), "run", "--allow-all", "--no-check"],
  node: () => ["node"],
} as const
