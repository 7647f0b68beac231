import assert from "node:assert/strict"
import { spawn } from "node:child_process"
import { once } from "node:events"
import process from "node:process"
import { createInterface } from "node:readline"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { dial, pattern, type PlainSocket, receiveAll, sha256 } from "../plain_peer.ts"

for (const [begins, millis] of [["at once", 0], ["when many wait already", 500]] as const) {
  test(
    `a server without file descriptors serves everybody, and says so once; it begins ${begins}`,
    {
      timeout: 60_000,
    },
    () => serve(millis),
  )
}

async function serve(millis: number): Promise<void> {
  // Bun raises the soft limit to the hard one when it starts; `ulimit` sets both.
  const command = ["-c", `ulimit -n ${files} && exec "$@"`, "sh", ...runtime, program, `${millis}`]
  const child = spawn("sh", command, { stdio: ["pipe", "pipe", "pipe"] })
  const ended = once(child, "close")
  let errors = ""
  const warned = new Promise<void>((resolve) =>
    child.stderr.on("data", (data: Uint8Array) => {
      errors += new TextDecoder().decode(data)
      if (errors.includes("EMFILE")) resolve()
    })
  )
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const port = Number((await lines.next()).value)
  const peers: PlainSocket[] = []
  for (let i = 0; i < files; i++) peers.push(await dial(port))
  await Promise.race([warned, ended])
  // The last ones wait until the first ones have gone.
  const echoes = peers.map(async (peer, i) => {
    const received = receiveAll(peer)
    peer.end(pattern(100_000, i))
    assert.equal(sha256(await received), sha256(pattern(100_000, i)), `peer ${i}`)
  })
  const outcomes = await Promise.allSettled(echoes)
  child.stdin.end()
  const [code] = await ended
  assert.deepEqual([outcomes.filter(({ status }) => status === "rejected"), code], [[], 0], errors)
  assert.match(
    errors,
    /^zerowire: new connections must wait\. Cannot accept on .*: EMFILE.*ulimit -n[^\n]*\n$/,
  )
}

const files = 64
const program = fileURLToPath(new URL("descriptors_child.ts", import.meta.url))
const runtime = process.versions.bun === undefined
  ? [process.execPath, "run", "--allow-all", "--no-check", "--quiet"]
  : [process.execPath]
