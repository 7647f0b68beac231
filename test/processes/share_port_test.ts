import assert from "node:assert/strict"
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import process from "node:process"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { listen, ZerowireError } from "../../src/mod.ts"
import { dial, pattern, receiveAll, sha256 } from "../plain_peer.ts"

test("two processes share a port, each serves a part of the connections, and all bytes are right", async () => {
  await using one = await Server.start("1", 0)
  await using two = await Server.start("2", one.port)
  assert.equal(two.port, one.port)
  const served = { 1: 0, 2: 0 }
  // The kernel picks one of the two by a hash of addresses and ports. If that is fair, the probability
  // that a server gets none of 64 connections is 2^-63.
  const names = await Promise.all(Array.from({ length: 64 }, (_, i) => ask(one.port, i)))
  for (const name of names) served[name]++
  assert.ok(served[1] > 0 && served[2] > 0, JSON.stringify(served))
})

test("without reusePort a process cannot share a port", async () => {
  await using server = await Server.start("1", 0)
  const refused = await listen({ hostname: "127.0.0.1", port: server.port }).catch((no) => no)
  assert.ok(refused instanceof ZerowireError)
  assert.ok(refused.reason._tag === "ListenFailed")
  assert.equal(refused.reason.code, "EADDRINUSE")
  assert.equal(await ask(server.port, 0), "1")
})

test("when one of two processes has ended, the other serves all", async () => {
  await using one = await Server.start("1", 0)
  const two = await Server.start("2", one.port)
  await two[Symbol.asyncDispose]()
  const names = await Promise.all(Array.from({ length: 16 }, (_, i) => ask(one.port, i)))
  assert.deepEqual(new Set(names), new Set(["1"]))
})

/** Sends some bytes, checks the echo, and returns which server sent it. */
async function ask(port: number, seed: number): Promise<"1" | "2"> {
  const peer = await dial(port)
  const bytes = pattern(200_000, seed)
  const answer = receiveAll(peer)
  peer.end(bytes)
  const received = await answer
  const name = String.fromCharCode(received[0])
  assert.equal(sha256(received.subarray(1)), sha256(bytes))
  assert.ok(name === "1" || name === "2")
  return name
}

/** A server in a process of its own, in the runtime that runs this test. */
class Server implements AsyncDisposable {
  readonly port: number
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>

  private constructor(child: ChildProcess, ended: Promise<unknown>, port: number) {
    this.#child = child
    this.#ended = ended
    this.port = port
  }

  static async start(name: string, port: number): Promise<Server> {
    const flags = process.versions.bun === undefined ? ["run", "-A", "--no-check"] : []
    const child = spawn(process.execPath, [...flags, program, name, String(port)], {
      stdio: ["pipe", "pipe", "inherit"],
    })
    // Its output is closed after it has exited.
    const ended = once(child, "close")
    const failed = ended.then(() => Promise.reject(new Error("The server has ended")))
    const [line] = await Promise.race([once(child.stdout, "data"), failed])
    return new Server(child, ended, Number(line))
  }

  /** Ends it, and waits until it has. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin?.end()
    const [code] = await this.#ended as [number]
    assert.equal(code, 0)
  }
}

const program = fileURLToPath(new URL("server_child.ts", import.meta.url))
