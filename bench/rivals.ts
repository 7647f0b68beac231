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
}

/** A way to send, as a process of its own that prints its cost. */
export interface Rival {
  readonly name: string
  command(job: Job, sender: string): readonly string[]
}

/** All of them; the names are those that `--rivals` takes. */
export const rivals: readonly Rival[] = [
  ...(["bun", "deno"] as const).flatMap((runtime): Rival[] => [
    script(`zerowire-${runtime}`, runtime, "zerowire.ts", "pipe"),
    script(`own-${runtime}`, runtime, "own.mjs", "pipe"),
    script(`lease-${runtime}`, runtime, "zerowire.ts", "lease"),
    script(`write-${runtime}`, runtime, "own.mjs", "write"),
  ]),
  script("own-node", "node", "own.mjs", "pipe"),
  reference("c-copy", "copy"),
  reference("c-zerocopy", "zerocopy"),
  reference("c-epoll", "epoll"),
]

function script(
  name: string,
  runtime: "bun" | "deno" | "node",
  file: string,
  way: "pipe" | "lease" | "write",
): Rival {
  const program = fileURLToPath(new URL(`rivals/${file}`, import.meta.url))
  return {
    name,
    command({ address, port, chunkBytes, totalBytes, warmBytes, source }) {
      const numbers = [port, chunkBytes, totalBytes, warmBytes].map(String)
      return [...binaries[runtime](), program, address, ...numbers, source, way]
    },
  }
}

function reference(name: string, mode: string): Rival {
  return {
    name,
    command: ({ address, port, chunkBytes, totalBytes, warmBytes }, sender) => [
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
