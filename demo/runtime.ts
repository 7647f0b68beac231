import { fileURLToPath } from "node:url"
import process from "node:process"
import type { Sending, Way } from "./ways.ts"

/** The runtimes that the sender can run in. */
export type Runtime = "bun" | "deno"

/** The command that starts the sender. Deno gets only the permissions that it needs. */
export function senderCommand(
  runtime: Runtime,
  way: Way,
  { file, hostname, port, chunkBytes }: Sending,
  warm: boolean,
): readonly string[] {
  const options = [`--way=${way}`, `--file=${file}`, `--hostname=${hostname}`, `--port=${port}`]
  if (warm) options.push("--warm")
  if (chunkBytes !== undefined) options.push(`--chunk=${chunkBytes}`)
  if (runtime === "bun") return [bunPath, senderPath, ...options]
  const permissions = ["--allow-ffi", `--allow-net=${hostname}:${port}`, `--allow-read=${file}`]
  return [denoPath(), "run", "--no-prompt", ...permissions, senderPath, ...options]
}

/** This process runs in Bun. */
const bunPath = process.execPath

/** The actual binary: npm's command is a Node program that starts it. */
export const denoPath = (): string =>
  fileURLToPath(new URL("../node_modules/deno/deno", import.meta.url))

const senderPath = fileURLToPath(new URL("sender.ts", import.meta.url))
