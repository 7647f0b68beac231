import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { after, describe, test } from "node:test"
import { Lab, labObstacle } from "../../lab/lab.ts"
import { commandOf, Running } from "./zerowire.ts"

const options = { timeout: 60_000 }
const folder = mkdtempSync(join(tmpdir(), "zerowire-"))
after(() => rmSync(folder, { recursive: true }))
const cache = join(folder, "zerowire/calibration.json")
/** As few as find a mistake; the figures mean nothing. */
const short = ["--rounds", "1", "--bytes", "64KiB"]

const receiver = ["receive", "--keep"]

test("calibrate says so when the kernel copies, and keeps nothing", options, async () => {
  await using receiving = new Running([...receiver, "127.0.0.1:0", "/dev/null"])
  const to = `127.0.0.1:${await receiving.port()}`
  const { status, stderr } = calibrate(commandOf("calibrate", to, ...short))
  assert.equal(status, 1)
  assert.match(stderr, /^zerowire: Cannot calibrate: .*"zerowire doctor 127\.0\.0\.1" says why\n$/)
  assert.equal(existsSync(cache), false)
})

describe("over a link with real zero-copy", { ...options, skip: labObstacle() ?? false }, () => {
  test("calibrate finds a size, and keeps it for this runtime", options, async () => {
    using lab = new Lab({})
    await using receiving = new Running(
      [...receiver, `${lab.b.ipv4}:0`, "/dev/null"],
      (command, options) => lab.spawn(lab.b, command, options),
    )
    const to = `${lab.b.ipv4}:${await receiving.port()}`
    const command = [`--net=${lab.a.namespace.path}`, "--", ...commandOf("calibrate", to, ...short)]
    const dry = calibrate(["nsenter", ...command, "--dry-run"])
    assert.equal(dry.status, 0, dry.stderr)
    assert.match(dry.stdout, /^ +262144 +[\d.]+ +[\d.]+ +[\d.]+ +[\d.]+-[\d.]+$/m)
    assert.equal(existsSync(cache), false)

    const { status, stdout, stderr } = calibrate(["nsenter", ...command])
    assert.equal(status, 0, stderr)
    assert.ok(stdout.endsWith(`Written to ${cache}\n`))
    const { entries: [{ runtime, threshold }] } = JSON.parse(readFileSync(cache, "utf8"))
    assert.equal(runtime, process.versions.bun === undefined ? "deno" : "bun")
    assert.ok(threshold >= 1024 && threshold <= 512 * 1024, `${threshold}`)
  })
})

/** Keeps what it finds in `folder`. */
function calibrate([name, ...args]: readonly string[]) {
  const env = { ...process.env, XDG_CACHE_HOME: folder }
  return spawnSync(name, args, { encoding: "utf8", env, timeout: 60_000 })
}
