import { spawn } from "node:child_process"
import { once } from "node:events"
import process from "node:process"
import { createInterface } from "node:readline"
import type { HostPort } from "../address.ts"

/** What the bytes go to. */
export interface Receiver extends Disposable {
  readonly address: HostPort
}

/**
 * The receiver at `to`, or else one on this machine that throws everything away, in a process of its own, so
 * that its CPU time is not counted. It runs in the same runtime, without Zerowire.
 *
 * @throws {Error} if it ends before it listens.
 */
export async function startReceiver(to: HostPort | undefined): Promise<Receiver> {
  if (to !== undefined) return { address: to, [Symbol.dispose]() {} }
  // A program that `bun build --compile` has made is Bun with this variable.
  const env = { ...process.env, BUN_BE_BUN: "1" }
  const evaluate = process.versions.bun === undefined ? "eval" : "-e"
  const child = spawn(process.execPath, [evaluate, source], {
    env,
    stdio: ["pipe", "pipe", "inherit"],
    // Ctrl-C reaches only the process that started it, which ends it.
    detached: true,
  })
  await once(child, "spawn")
  for await (const line of createInterface(child.stdout)) {
    return {
      address: { hostname: "127.0.0.1", port: Number(line) },
      [Symbol.dispose]: () => void child.kill("SIGKILL"),
    }
  }
  throw new Error("Cannot start a receiver: its process has ended")
}

/** Ends with the process that started it, however that ends. A string, so that one file has it, too. */
const source = `
const { createServer } = process.getBuiltinModule("node:net")
const server = createServer((socket) => socket.resume().on("error", () => {}))
server.listen({ host: "127.0.0.1", port: 0 }, () => console.log(server.address().port))
process.stdin.on("end", () => process.exit()).resume()
`
