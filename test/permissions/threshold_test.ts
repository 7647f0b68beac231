import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { cpus, release, tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { after, test } from "node:test"
import { fileURLToPath } from "node:url"
import { withCalibration } from "../../src/zerocopy/calibration.ts"

const isBun = process.versions.bun !== undefined
const home = mkdtempSync(join(tmpdir(), "zerowire-"))
const cache = join(home, ".cache/zerowire/calibration.json")
after(() => rmSync(home, { recursive: true }))

const machine = { kernel: release(), cpu: cpus()[0].model }
const measured = [["bun", 40_000], ["deno", 50_000]] as const
const text = measured.reduce(
  (text, [runtime, threshold]) => withCalibration(text, { ...machine, runtime, threshold }),
  "",
)
mkdirSync(join(home, ".cache/zerowire"), { recursive: true })

const all = ["--allow-all"]
const least = ["--allow-ffi", "--allow-net"]
const unset = { threshold: 16_384, thresholdSource: "default" }
const calibrated = { threshold: 50_000, thresholdSource: "calibration" }
const here = { ...calibrated, threshold: isBun ? 40_000 : 50_000 }

test("a measured threshold is the default of sockets", { timeout: 60_000 }, () => {
  writeFileSync(cache, text)
  assert.deepEqual(ask(all), here)
})

test("the environment wins over it", { timeout: 60_000 }, () => {
  writeFileSync(cache, text)
  const said = ask(all, { ZEROWIRE_THRESHOLD: "30 KiB" })
  assert.deepEqual(said, { threshold: 30_720, thresholdSource: "environment" })
})

test(
  "a cache that is corrupt, of another machine, or no file is ignored",
  { timeout: 60_000 },
  () => {
    for (const bad of ["{", "\0", text.replaceAll(machine.kernel, "0.1")]) {
      writeFileSync(cache, bad)
      assert.deepEqual(ask(all), unset)
    }
    assert.deepEqual(ask(all, { XDG_CACHE_HOME: join(home, "nothing") }), unset)
    assert.deepEqual(ask(all, { XDG_CACHE_HOME: cache }), unset)
  },
)

test("what Deno does not permit is not read, without prompts or failures", {
  timeout: 60_000,
}, () => {
  writeFileSync(cache, text)
  const needed = [`--allow-read=${cache}`, "--allow-env=HOME", "--allow-sys=osRelease,cpus"]
  assert.deepEqual(askDeno([...least, ...needed]), calibrated)
  for (const without of needed) {
    assert.deepEqual(
      askDeno([...least, ...needed.filter((flag) => flag !== without)]),
      unset,
      without,
    )
  }
  assert.deepEqual(askDeno(least, { ZEROWIRE_THRESHOLD: "5000" }), unset)
})

/** The output of a process of this runtime, with this environment and its home. */
const ask = (flags: readonly string[], more: Record<string, string> = {}): unknown =>
  isBun ? run([process.execPath, script], more) : askDeno(flags, more)

/** The same for Deno with these permissions, even from Bun, which has no permissions. */
const askDeno = (flags: readonly string[], more: Record<string, string> = {}): unknown =>
  run([deno, "run", "--no-check", "--quiet", ...flags, script], more)

function run([name, ...args]: readonly string[], more: Record<string, string>): unknown {
  // Not where Deno keeps what it has compiled: that would be compiled again each time.
  const env = { ...unsaid, PATH: process.env.PATH, HOME: home, DENO_DIR: denoDirectory(), ...more }
  const { stdout, stderr, status } = spawnSync(name, args, { env, encoding: "utf8" })
  assert.equal(status, 0, stderr)
  assert.equal(stderr, "")
  return JSON.parse(stdout)
}

/** Deno's `spawnSync` adds to the environment that it has itself, where the gate says a threshold. */
const unsaid = { ZEROWIRE_THRESHOLD: "", XDG_CACHE_HOME: join(home, ".cache") }
const script = fileURLToPath(new URL("threshold_child.ts", import.meta.url))
/** Deno itself, not the script of the npm package that starts it. */
const deno = isBun
  ? fileURLToPath(new URL("../../node_modules/deno/deno", import.meta.url))
  : process.execPath
const denoDirectory = () =>
  process.env.DENO_DIR ?? join(process.env.XDG_CACHE_HOME ?? `${process.env.HOME}/.cache`, "deno")
