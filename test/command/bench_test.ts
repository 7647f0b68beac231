import assert from "node:assert/strict"
import { spawn, spawnSync } from "node:child_process"
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { after, describe, test } from "node:test"
import { Lab, labObstacle } from "../../lab/lab.ts"
import { commandOf, Running } from "./zerowire.ts"

const options = { timeout: 60_000 }
const folder = mkdtempSync(join(tmpdir(), "zerowire-"))
after(() => rmSync(folder, { recursive: true }))
/** As few as find a mistake; the figures mean nothing. */
const bytes = 1024 * 1024
const short = ["--rounds", "2", "--bytes", `${bytes}`]
const evaluate = process.versions.bun === undefined ? "eval" : "-e"
const runtime = process.versions.bun === undefined ? "Deno" : "Bun"

test("bench compares both ways over loopback, where the kernel copies memory", options, () => {
  const { status, stdout, stderr } = bench(commandOf("bench", ...short))
  assert.deepEqual([status, stderr], [0, ""])
  assert.match(stdout, /^file +own pipeTo +[\d.]+ +[\d.]+ +100 %$/m)
  assert.match(stdout, /^file +fileStream +[\d.]+ +[\d.]+ +[\d.]+ +[\d.]+-[\d.]+ +0 %$/m)
  assert.match(stdout, /^memory +own pipeTo +[\d.]+ +[\d.]+ +100 %$/m)
  assert.match(stdout, /^memory +Zerowire +[\d.]+ +[\d.]+ +[\d.]+ +[\d.]+-[\d.]+ +100 %$/m)
  assert.match(
    stdout,
    new RegExp(`^Where ${runtime}'s own pipeTo takes 1 s .* over loopback,`, "m"),
  )
  assert.match(stdout, /the\s+peer\s+is\s+this\s+host/)
  assert.deepEqual(readdirSync(folder), [])
})

test("bench --json prints the same and nothing else", options, () => {
  const { status, stdout } = bench(commandOf("bench", ...short, "--json"))
  assert.equal(status, 0)
  const { runtime: ran, loopback, rows, verdict } = JSON.parse(stdout)
  assert.deepEqual([ran, loopback], [runtime, true])
  assert.deepEqual(
    rows.map((row: Row) => [row.source, row.own, row.bytes, row.copiedBytes + row.unknownBytes]),
    [
      ["file", true, 2 * bytes, 2 * bytes],
      ["file", false, 2 * bytes, 0],
      ["memory", true, 2 * bytes, 2 * bytes],
      ["memory", false, 2 * bytes, 2 * bytes],
    ],
  )
  for (const { ratio, least, most } of rows) assert.ok(least <= ratio && ratio <= most)
  assert.match(verdict, /^Where /)
})

test("bench says that nobody listens, and leaves no file", options, () => {
  const { status, stdout, stderr } = bench(commandOf("bench", "127.0.0.1:1", ...short))
  assert.deepEqual([status, stdout], [1, ""])
  assert.match(stderr, /^zerowire: .*ECONNREFUSED|^zerowire: .*refused/)
  assert.match(stderr, /zerowire receive --keep/)
  assert.deepEqual(readdirSync(folder), [])
})

test("bench says in one line that its peer has reset the connection", options, async () => {
  const resets = `require("node:net").createServer((socket) => {
    socket.on("error", () => {}).once("data", () => socket.resetAndDestroy())
  }).listen(0, "127.0.0.1", function () { console.error("Listening on it, port " + this.address().port) })`
  await using peer = new Running(
    [],
    (_, options) => spawn(process.execPath, [evaluate, resets], options),
  )
  const { status, stderr } = bench(commandOf("bench", `127.0.0.1:${await peer.port()}`, ...short))
  assert.equal(status, 1)
  assert.match(stderr, /^zerowire: .*\n$/)
  assert.deepEqual(readdirSync(folder), [])
})

test("bench says that there is no room for its file before it writes any", options, () => {
  const { status, stdout, stderr } = bench(commandOf("bench", "--bytes", "8000000GiB"))
  assert.deepEqual([status, stdout], [1, ""])
  assert.match(stderr, /^zerowire: Cannot write .* --bytes, .*TMPDIR.*\n$/)
  assert.deepEqual(readdirSync(folder), [])
})

test("bench that is interrupted leaves no file and no process", options, async () => {
  await using running = new Running(
    ["bench", "--rounds", "1000000", "--bytes", "1MiB"],
    ([name, ...args], options) => spawn(name, args, { ...options, env: environment }),
  )
  while (readdirSync(folder).length === 0) await pause()
  running.signal("SIGINT")
  // Its receiver has the same standard error, which is closed when both have ended.
  assert.equal(await running.ended, 130)
  assert.deepEqual(readdirSync(folder), [])
})

describe("over a link with real zero-copy", { ...options, skip: labObstacle() ?? false }, () => {
  test("bench copies nothing of memory that stays", options, async () => {
    using lab = new Lab({})
    await using receiving = new Running(
      ["receive", "--keep", `${lab.b.ipv4}:0`, "/dev/null"],
      (command, options) => lab.spawn(lab.b, command, options),
    )
    const to = `${lab.b.ipv4}:${await receiving.port()}`
    const command = commandOf("bench", to, ...short, "--json")
    const { status, stdout, stderr } = bench([
      ...["nsenter", `--net=${lab.a.namespace.path}`, "--"],
      ...command,
    ])
    assert.equal(status, 0, stderr)
    const { loopback, rows, verdict } = JSON.parse(stdout)
    assert.equal(loopback, false)
    assert.deepEqual([rows[1].copiedBytes, rows[3].copiedBytes], [0, 0])
    assert.ok(verdict.includes(lab.b.ipv4))
  })
})

interface Row {
  readonly source: string
  readonly own: boolean
  readonly bytes: number
  readonly copiedBytes: number
  readonly unknownBytes: number
}

/** Its temporary files are in `folder`. */
function bench([name, ...args]: readonly string[]) {
  return spawnSync(name, args, { encoding: "utf8", env: environment, timeout: 60_000 })
}

const environment = { ...process.env, TMPDIR: folder }
const pause = () => new Promise((resolve) => setTimeout(resolve, 10))
