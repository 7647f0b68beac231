import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { describe, test } from "node:test"
import { fileURLToPath } from "node:url"

const skip = process.geteuid?.() === 0 ? false : "needs root, to become another user"
const options = { skip, timeout: 120_000 }

describe("a user who may lock little", options, () => {
  for (const kilobytes of [64, 512, 8192]) {
    test(`with ${kilobytes} KiB gets the whole stream, and no call fails`, options, () => {
      const seeing = send(kilobytes * 1024)
      assert.ok(seeing.whole)
      assert.equal(seeing.memlock, String(kilobytes * 1024))
      assert.ok(seeing.zerocopySends > 0, "nothing went zero-copy: nothing is proved")
      assert.equal(seeing.charged, 0)
      // Pages are given back a moment before or after their notification is read.
      assert.ok(seeing.refused <= 2 + seeing.sends / 20, JSON.stringify(seeing))
    })
  }

  test("without prediction calls do fail, and the stream still arrives completely", options, () => {
    const blind = send(64 * 1024, "blind")
    assert.ok(blind.whole)
    assert.ok(blind.refused > 10, JSON.stringify(blind))
  })
})

interface Said {
  readonly whole: boolean
  readonly memlock: string
  readonly sends: number
  readonly zerocopySends: number
  readonly refused: number
  readonly nobufs: number
  readonly charged: number
}

/** The kernel counts locked memory per user, so each uses an unused user id. */
function send(memlock: number, ...args: readonly string[]): Said {
  const user = String(firstUser + process.pid % userCount * 10 + next++)
  const home = mkdtempSync(join(tmpdir(), "zerowire-"))
  const command = [
    ...[`--memlock=${memlock}:${memlock}`, "--", "setpriv", `--reuid=${user}`, `--regid=${user}`],
    // It may only read all files, wherever this project is.
    ...["--clear-groups", "--bounding-set=-all,+dac_read_search"],
    ...["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search", "--"],
    ...[...runtime, program, ...args],
  ]
  try {
    const env = { PATH: process.env.PATH, HOME: home, XDG_CACHE_HOME: join(home, ".cache") }
    const { status, stdout, stderr } = spawnSync("prlimit", command, { env, encoding: "utf8" })
    assert.equal(status, 0, stderr)
    return JSON.parse(stdout)
  } finally {
    rmSync(home, { recursive: true })
  }
}

const program = fileURLToPath(new URL("memlock_child.ts", import.meta.url))
const runtime = process.versions.bun === undefined
  ? [process.execPath, "run", "--allow-all", "--no-check", "--quiet"]
  : [process.execPath]

let next = 0
/** User ids that no distribution assigns. */
const firstUser = 1_800_000_000
const userCount = 10_000_000
