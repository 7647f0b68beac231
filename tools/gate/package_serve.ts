import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"

/** What is wrong with a `zerowire` that serves `folder` and is then interrupted. */
export async function flawOfServing(zerowire: string, folder: string): Promise<string | undefined> {
  const server = spawn(zerowire, ["serve", folder, "--port", "127.0.0.1:0"], {
    stdio: ["ignore", "ignore", "pipe"],
    timeout: 60_000,
  })
  const ended = once(server, "close")
  const lines: string[] = []
  for await (const line of createInterface(server.stderr)) {
    lines.push(line)
    const [, port] = /port (\d+)/.exec(line) ?? []
    if (port === undefined) continue
    const text = await (await fetch(`http://127.0.0.1:${port}/package.json`)).text()
    if (text !== readFileSync(join(folder, "package.json"), "utf8")) lines.push(`served ${text}`)
    else lines.pop()
    server.kill("SIGINT")
  }
  const [status] = await ended
  // It says this where a close takes longer than usual, as on a busy machine.
  const wrong = lines.filter((line) => !line.startsWith("Stopping: waits"))
  return status === 0 && wrong.length === 0 ? undefined : [`status ${status}`, ...wrong].join("\n")
}
