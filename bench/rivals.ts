import process from "node:process"
import { fileURLToPath } from "node:url"
import { denoPath } from "../demo/runtime.ts"

/** What a rival is asked to send. */
export interface Job {
  readonly address: string
  readonly port: number
  readonly chunkBytes: number
  readonly totalBytes: number
  /** Sent once before, so that compilers are done. */
  readonly warmBytes: number
  readonly source: "views" | "fresh"
  /** How many it sends to, one unless said otherwise; `totalBytes` is for all of them together. */
  readonly peers?: number
}

/** A way to send, as a process of its own that prints its cost. */
export interface Rival {
  readonly name: string
  /** Whether it sends at all: one only makes the chunks, to tell their cost apart. */
  readonly sends: boolean
  /** Whether it is the program in C, whose path `command` needs. */
  readonly inC: boolean
  command(job: Job, sender?: string): readonly string[]
}

/** All of them; the names are those that `--rivals` takes. */
export const rivals: readonly Rival[] = [
  ...(["bun", "deno"] as const).flatMap((runtime): Rival[] => [
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
  reference("c-copy", "copy"),
  reference("c-zerocopy", "zerocopy"),
  reference("c-epoll", "epoll"),
]

/** Zerowire with every call to the kernel counted, which makes it slower: it is no rival. */
export const counted: readonly Rival[] = (["bun", "deno"] as const).map((runtime) =>
  script(`zerowire-${runtime}`, runtime, "counted.ts", "pipe")
)

/** Those that send to many peers at once. */
export const fanoutRivals = (mode: "shared" | "active"): readonly Rival[] => [
  ...(["bun", "deno"] as const).flatMap((runtime) => [
    script(`zerowire-${runtime}`, runtime, "fanout.ts", mode),
    script(`own-${runtime}`, runtime, "fanout_own.mjs", mode),
  ]),
  {
    ...{ name: "c-zerocopy", sends: true, inC: true },
    command: ({ address, port, chunkBytes, totalBytes, warmBytes, peers = 1 }, sender = "") => [
      ...[sender, address],
      ...[port, chunkBytes, totalBytes, warmBytes, peers].map(String),
    ],
  },
]

/** Effect's face, which is compared with `zerowire-…` alone. */
export const effectRivals: readonly Rival[] = (["bun", "deno"] as const).map((runtime) =>
  script(`effect-${runtime}`, runtime, "effect.ts", "sink")
)

/** Those that send files. */
export const fileRivals: readonly Rival[] = (["bun", "deno"] as const).flatMap((runtime) => [
  script(`sendfile-${runtime}`, runtime, "file.ts", "sendfile"),
  script(`stream-${runtime}`, runtime, "file.ts", "stream"),
  script(`pipe-${runtime}`, runtime, "file.ts", "pipe"),
  script(`from-${runtime}`, runtime, "file.ts", "from"),
  script(`own-${runtime}`, runtime, "file_own.mjs", "pipe"),
])

/** What a rival of the suite `latency` is asked for. */
export interface Exchange {
  readonly messageBytes: number
  readonly messages: number
  /** Exchanged once before, so that compilers are done. */
  readonly warmMessages: number
}

/** A way to exchange messages, as a process of its own that prints its cost. */
export interface Pinger {
  readonly name: string
  /** Whether it is the program in C, whose path `command` needs. */
  readonly inC: boolean
  command(
    exchange: Exchange & { readonly address: string; readonly port: number },
    pinger?: string,
  ): readonly string[]
}

/** Those that send a message at a time. */
export const latencyRivals: readonly Pinger[] = [
  ...(["bun", "deno"] as const).flatMap((runtime) => [
    pinger(`zerowire-${runtime}`, false, () => commandOf(runtime, "ping.ts")),
    pinger(`own-${runtime}`, false, () => commandOf(runtime, "ping_own.mjs")),
  ]),
  pinger("c-copy", true, (program) => [program]),
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
export const commandOf = (runtime: keyof typeof binaries, file: string): readonly string[] => [
  ...binaries[runtime](),
  fileURLToPath(new URL(`rivals/${file}`, import.meta.url)),
]

function script(
  name: string,
  runtime: keyof typeof binaries,
  file: string,
  way: string,
): Rival {
  return {
    ...{ name, sends: true, inC: false },
    command({ address, port, chunkBytes, totalBytes, warmBytes, source, peers = 1 }) {
      const numbers = [port, chunkBytes, totalBytes, warmBytes].map(String)
      return [...commandOf(runtime, file), address, ...numbers, source, way, String(peers)]
    },
  }
}

function pinger(
  name: string,
  inC: boolean,
  start: (program: string) => readonly string[],
): Pinger {
  return {
    ...{ name, inC },
    command: ({ address, port, messageBytes, messages, warmMessages }, program = "") => [
      ...[...start(program), address],
      ...[port, messageBytes, messages, warmMessages].map(String),
    ],
  }
}

function reference(name: string, mode: string): Rival {
  return {
    ...{ name, sends: true, inC: true },
    command: ({ address, port, chunkBytes, totalBytes, warmBytes }, sender = "") => [
      ...[sender, mode, address],
      ...[port, chunkBytes, totalBytes, warmBytes].map(String),
    ],
  }
}

/** Real binaries: the commands that npm links are programs that start them. This runs in Bun. */
const binaries = {
  bun: () => [process.execPath],
  deno: () => [denoPath(), "run", "--allow-all", "--no-check"],
  node: () => ["node"],
} as const
