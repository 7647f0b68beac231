import { spawn } from "node:child_process"
import process from "node:process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

/** A separate process that throws bytes away, so that its allocations are not counted. */
export async function startReceiver(): Promise<AsyncDisposable & { readonly port: number }> {
  const child = spawn(process.execPath, ["run", "--allow-all", program, "127.0.0.1"], {
    stdio: ["pipe", "pipe", "inherit"],
  })
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()))
  const port = await new Promise<number>((resolve) => {
    createInterface(child.stdout).once("line", (line) => resolve(Number(line)))
  })
  return {
    port,
    async [Symbol.asyncDispose]() {
      child.kill()
      await ended
    },
  }
}

const program = fileURLToPath(new URL("../../bench/rivals/receiver.mjs", import.meta.url))
