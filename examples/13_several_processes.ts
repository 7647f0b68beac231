// deno-lint-ignore-file no-console
/**
 * A server of several processes on one port, because one process has one JavaScript thread. Each sets
 * `reusePort`, and the kernel gives each a part of the connections. The first process starts the others,
 * and acts as the client.
 *
 * @module
 */
import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { connect, listen } from "zerowire"

const hostname = "127.0.0.1"
const [role, port] = process.argv.slice(2)
if (role === "server") await serve(Number(port))
else await main()

/** Answers each connection with the id of this process, until its standard input ends. */
async function serve(port: number): Promise<void> {
  const listener = await listen({ hostname, port, reusePort: true })
  process.stdin.on("end", () => listener.close()).resume()
  console.log(listener.addr.port)
  for await (const socket of listener) {
    const writer = socket.writable.getWriter()
    writer.write(new TextEncoder().encode(String(process.pid)))
      .then(() => socket.close())
      .catch((failure) => console.error("Given up:", failure.message))
  }
}

async function main(): Promise<void> {
  const [first, port] = await start(0) // the first picks a free port, and the others share it
  const servers = [first, (await start(port))[0], (await start(port))[0]]
  const served = new Map(servers.map(({ pid }) => [pid, 0]))
  for (let i = 0; i < 200; i++) {
    await using socket = await connect({ hostname, port })
    const pid = Number(await new Response(socket.readable).text())
    served.set(pid, (served.get(pid) ?? 0) + 1)
  }
  const counts = [...served.values()]
  assert.ok(counts.length === 3 && counts.every((count) => count > 0), "each serves a part")
  console.log(`Of 200 connections, ${counts.join(", ")} went to three processes on port ${port}`)
  for (const server of servers) {
    server.stdin?.end()
    await once(server, "exit")
  }
}

/** Starts this program as a server, and returns its process and its port. */
async function start(port: number): Promise<[ChildProcess, number]> {
  const flags = process.versions.bun === undefined ? ["run", "--allow-all"] : []
  const args = [...flags, fileURLToPath(import.meta.url), "server", String(port)]
  const server = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] })
  const [line] = await once(server.stdout, "data")
  return [server, Number(line)]
}
