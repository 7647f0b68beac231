import assert from "node:assert/strict"
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, describe, test } from "node:test"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import process from "node:process"
import { ways } from "../../demo/ways.ts"
import { labObstacle } from "../../lab/lab.ts"
import { pattern } from "../lab/pattern.ts"
import { type Children, childrenUnderWay, untilGone } from "./processes.ts"

const folder = mkdtempSync(join(tmpdir(), "zerowire-"))
after(() => rmSync(folder, { recursive: true }))
const file = join(folder, "file")
const bytes = pattern(0, 3_000_017)
writeFileSync(file, bytes)
const sha256 = createHash("sha256").update(bytes).digest("hex")
const options = { timeout: 60_000 }

describe("the main job", options, () => {
  const lab = labObstacle()
  for (const link of ["loopback", "lab"]) {
    const skip = link === "lab" ? lab ?? false : false
    test(`streams a file over ${link} from both runtimes`, { ...options, skip }, () => {
      const { status, stderr, runs } = start(file, "--link", link, "--json")
      assert.equal(status, 0, stderr)
      assert.deepEqual(
        runs.map(({ runtime, way }) => `${runtime} ${way}`),
        ["bun", "deno"].flatMap((runtime) => ways.map((way) => `${runtime} ${way}`)),
      )
      for (const run of runs) {
        assert.equal(run.link, link)
        assert.equal(run.bytes, bytes.byteLength)
        assert.equal(run.sha256Sent, sha256)
        assert.equal(run.sha256Received, sha256)
        assert.equal(run.held, 0)
        assert.equal(run.notified, run.zerocopySends)
        if (link === "loopback") continue
        assert.equal(run.copied, 0)
        assert.equal(run.zerocopySends > 0, run.way === "stream")
      }
    })
  }

  test("with --json prints that alone on standard output, and the rows elsewhere", options, () => {
    const args = [file, "--runtime", "bun", "--link", "loopback"]
    const json = start(...args, "--json")
    assert.match(json.stdout, /^\{"runs":.*\}\n$/)
    assert.match(json.stderr, /fileStream .* equal/)
    const { stdout } = start(...args)
    assert.match(stdout, /fileStream .* equal/)
    assert.doesNotMatch(stdout, /\{/)
  })

  test("takes the size of a chunk", options, () => {
    const { status, stderr, runs } = start(file, "--link", "loopback", "--chunk", "777", "--json")
    assert.equal(status, 0, stderr)
    assert.deepEqual(runs.map(({ sha256Received }) => sha256Received), Array(4).fill(sha256))
  })

  test("without root says why the lab is missing", options, () => {
    // Another user, who may read everything, wherever this project lies.
    const unprivileged = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    const reading = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search", "--"]
    const [name, ...args] = [
      ...(process.geteuid?.() === 0 ? [...unprivileged, ...reading] : []),
      ...[bun, program, file, "--runtime=bun"],
    ]
    const env = { ...process.env, HOME: folder }
    const { stdout, stderr, status } = spawnSync(name, args, { encoding: "utf8", env })
    assert.match(stdout, /bun +lab +missing: the lab needs root/)
    assert.equal(status, 0, stderr)
  })
})

describe("the main job refuses, with status 1 or 2 and a cure,", options, () => {
  const empty = join(folder, "empty")
  writeFileSync(empty, "")
  const cases = [
    { what: "a file that does not exist", args: [join(folder, "none")], says: /no such file/ },
    { what: "a directory", args: [folder], says: /not a file/ },
    { what: "an empty file", args: [empty], says: /is empty/ },
    { what: "an unknown option", args: ["--no-such"], says: /unknown option/ },
    { what: "an unknown runtime", args: ["--runtime", "node"], says: /Allowed choices/ },
    { what: "a chunk of no bytes", args: ["--chunk", "0"], says: /Give a whole number from 1 to/ },
    { what: "two files", args: [file, file], says: /too many arguments/ },
  ]
  for (const { what, args, says } of cases) {
    test(what, options, () => {
      const { status, stderr } = start(...args)
      assert.ok(status === 1 || status === 2, `status ${status}`)
      assert.match(stderr, says)
    })
  }

  test("a file that may not be read", options, () => {
    const secret = join(folder, "secret")
    writeFileSync(secret, "secret")
    chmodSync(secret, 0o000)
    const asRoot = process.geteuid?.() === 0
    // Root may read everything, unless it gives that capability up.
    const drop = ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--"]
    const [name, ...args] = [...(asRoot ? drop : []), bun, program, secret]
    const { status, stderr } = spawnSync(name, args, { encoding: "utf8" })
    assert.equal(status, 1)
    assert.match(stderr, /may not be read/)
  })
})

describe("the main job leaves nothing behind", options, () => {
  const link = labObstacle() === undefined ? "lab" : "loopback"
  const endings = {
    "when it is interrupted": { signal: "SIGINT", status: 130 },
    "when it is killed": { signal: "SIGKILL", status: null },
  } as const
  for (const [ending, { signal, status }] of Object.entries(endings)) {
    test(ending, options, async () => {
      const { child, children, ended } = await underWay(link)
      // Deno's child.kill would say afterwards that the signal had ended the process.
      process.kill(child.pid ?? 0, signal)
      assert.equal(await ended, status)
      await untilGone(Object.values(children))
    })
  }

  test("when nobody reads its output any more, as with head", options, async () => {
    const args = [program, file, "--runtime=bun", "--link=loopback"]
    const child = spawn(bun, args, { stdio: ["ignore", "pipe", "pipe"] })
    let complaints = ""
    child.stderr.setEncoding("utf8").on("data", (text: string) => complaints += text)
    child.stdout.destroy()
    assert.equal(await new Promise((resolve) => child.on("close", resolve)), 141)
    assert.match(complaints, /^Stopped by SIGPIPE.*\n$/)
  })

  test("when the receiver dies half-way", options, async () => {
    const { children, ended, complaints } = await underWay(link)
    process.kill(children.receiver, "SIGKILL")
    assert.equal(await ended, 1)
    assert.match(complaints(), /receiver ended early \(SIGKILL\)/)
    await untilGone(Object.values(children))
  })

  test("when the sender dies half-way", options, async () => {
    const { children, ended, complaints } = await underWay(link)
    process.kill(children.sender, "SIGKILL")
    assert.equal(await ended, 1)
    assert.match(complaints(), /sender ended early \(SIGKILL\)/)
    await untilGone(Object.values(children))
  })
})

interface Run {
  readonly runtime: string
  readonly way: string
  readonly link: string
  readonly bytes: number
  readonly zerocopySends: number
  readonly notified: number
  readonly copied: number
  readonly held: number
  readonly sha256Sent: string
  readonly sha256Received: string
}

function start(
  ...args: string[]
): { status: number | null; stdout: string; stderr: string; runs: readonly Run[] } {
  const { status, stdout, stderr } = spawnSync(bun, [program, ...args], { encoding: "utf8" })
  const last = stdout.trimEnd().split("\n").at(-1) ?? ""
  return { status, stdout, stderr, runs: last.startsWith("{") ? JSON.parse(last).runs : [] }
}

/**
 * A job that has begun to send and will take long: small chunks. Smaller ones still would take a busy machine a
 * minute to fill the first call with, and only a call notices that nobody receives.
 */
async function underWay(link: string): Promise<
  { child: ChildProcess; children: Children; ended: Promise<unknown>; complaints: () => string }
> {
  const args = [program, big(), "--runtime=bun", `--link=${link}`, "--chunk=50"]
  const child = spawn(bun, args, { stdio: ["ignore", "ignore", "pipe"] })
  let complaints = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => complaints += text)
  const ended = new Promise((resolve) => child.on("close", resolve))
  const children = await childrenUnderWay(child.pid ?? 0)
  await setTimeout(500)
  return { child, children, ended, complaints: () => complaints }
}

function big(): string {
  const path = join(folder, "big")
  if (!existsSync(path)) writeFileSync(path, new Uint8Array(100_000_000))
  return path
}

const bun = fileURLToPath(new URL("../../node_modules/bun/bin/bun.exe", import.meta.url))
const program = fileURLToPath(new URL("../../demo/start.ts", import.meta.url))
