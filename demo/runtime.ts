import { fileURLToPath } from "node:url"
import process from "node:process"
import type { Sending, Way } from "./ways.ts"

/** What the sender is to do. */
export interface Sendings extends Sending {
  readonly ways: readonly Way[]
  /** A file to send by each way first, so that compilers are done with most of the code. */
  readonly warmUp: string | undefined
}

/** The runtimes that the sender can run in. */
export type Runtime = "bun" | "deno"

/** The command that starts the sender. Deno gets only the permissions that it needs. */
export function senderCommand(
  runtime: Runtime,
  { ways, warmUp, file, hostname, port, chunkBytes }: Sendings,
): readonly string[] {
  const options = [`--ways=${ways}`, `--file=${file}`, `--hostname=${hostname}`, `--port=${port}`]
  if (warmUp !== undefined) options.push(`--warm-up=${warmUp}`)
  if (chunkBytes !== undefined) options.push(`--chunk=${chunkBytes}`)
  if (runtime === "bun") return [bunPath, senderPath, ...options]
  const files = warmUp === undefined ? file : `${file},${warmUp}`
  const permissions = ["--allow-ffi", `--allow-net=${hostname}:${port}`, `--allow-read=${files}`]
  return [denoPath(), "run", "--no-prompt", ...permissions, senderPath, ...options]
}

/** This process runs in Bun. */
const bunPath = process.execPath

/** The actual binary: npm's command is a Node program that starts it. */
export const denoPath = (): string =>
  fileURLToPath(new URL("../node_modules/deno/deno", import.meta.url))

const senderPath = fileURLToPath(new URL("sender.ts", import.meta.url))
