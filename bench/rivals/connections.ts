/**
 * What accepted connections cost: each reads a request, answers, and closes. Prints the calls that
 * Zerowire made for one of them, by name, and the bytes of heap that one takes while it is open.
 *
 * Arguments: how many connections.
 *
 * @module
 */
import { spawn } from "node:child_process"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { linuxKernel } from "../../src/kernel/mod.ts"
import { Stack } from "../../src/stack/stack.ts"
import type { Socket } from "../../src/mod.ts"
import { listenOn } from "../../src/tcp/open/listen.ts"
import { type CallCounts, counting } from "../instruments/counting.ts"

const warm = 100
const count = Number(process.argv[2])
const calls: CallCounts = {}
const stack = new Stack(counting(linuxKernel(), calls), () => {})
const listener = await listenOn(() => stack, { hostname: "127.0.0.1", port: 0 })
const clients = spawn(process.execPath, [
  ...("Deno" in globalThis ? ["run", "--allow-net", "--no-check"] : []),
  fileURLToPath(new URL("clients.mjs", import.meta.url)),
  ...[String(listener.addr.port), String(warm + count)],
], { stdio: "inherit" })
// They may end before anybody asks.
const ended = new Promise((resolve) => clients.once("exit", resolve))
// What the first ones have compiled is not paid for by the others.
await Promise.all((await accepted(warm)).map(answer))
const before = heap()
for (const name of Object.keys(calls)) delete calls[name]
const sockets = await accepted(count)
const heapBytes = Math.round((heap() - before) / count)
await Promise.all(sockets.map(answer))
await ended
listener.close()
const perConnection = Object.entries(calls)
  .map(([name, n]) => [name, Math.round(100 * n / count) / 100] as const)
  .filter(([, n]) => n > 0).toSorted(([, a], [, b]) => b - a)
// deno-lint-ignore no-console -- this is its answer
console.log(JSON.stringify({ calls: Object.fromEntries(perConnection), heapBytes }))

async function accepted(count: number): Promise<Socket[]> {
  const sockets: Socket[] = []
  while (sockets.length < count) sockets.push(await listener.accept())
  return sockets
}

async function answer(socket: Socket): Promise<void> {
  const reader = socket.readable.getReader()
  await reader.read()
  const writer = socket.writable.getWriter()
  await writer.write(new Uint8Array(100))
  await writer.close()
  await reader.read()
  await socket.close()
}

/** Objects; Bun counts what lies in buffers, too. */
function heap(): number {
  const { Bun, gc } = globalThis as { Bun?: { gc(force: boolean): void }; gc?: () => void }
  for (let i = 0; i < 3; i++) Bun === undefined ? gc?.() : Bun.gc(true)
  return process.memoryUsage().heapUsed
}
