import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import {
  cpSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { after, describe, test } from "node:test"
import { fileURLToPath } from "node:url"

const options = { timeout: 60_000 }
const root = fileURLToPath(new URL("../", import.meta.url))
const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: Readonly<Record<string, string>>
}

describe("every script of package.json", options, () => {
  const copy = copyOfProject()
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"))

  for (const [name, text] of Object.entries(scripts)) {
    test(`${name} --help prints help, and does nothing else`, options, () => {
      const { status, stdout, stderr } = runUnnoticed(copy, text, "--help")
      assert.match(
        stdout,
        /^Usage: npm (run )?[\w-]+ -- \[options\].*\n\n[A-Z].*\.\n.*\nOptions:\n/s,
      )
      // A default that is an object says nothing to a reader.
      assert.doesNotMatch(stdout, /default:\s+[[{]/)
      assert.equal(stderr, "")
      assert.equal(status, 0)
    })

    test(`${name} refuses an unknown option, and does nothing else`, options, () => {
      const { status, stdout, stderr } = runUnnoticed(copy, text, "--no-such-option")
      assert.equal(stderr, "error: unknown option '--no-such-option'\n")
      assert.equal(stdout, "")
      assert.equal(status, 2)
    })
  }
})

describe("before anything is installed", options, () => {
  const copy = copyOfProject()

  for (const name of ["start", "report"]) {
    test(`${name} --help says what the script does, and installs nothing`, options, () => {
      const { status, stdout, stderr } = runUnnoticed(copy, scripts[name], "--help")
      assert.match(stdout, /^Usage: npm .*run npm ci\n$/s)
      assert.equal(stderr, "")
      assert.equal(status, 0)
    })
  }

  test(
    "if the dependencies cannot be installed, the script says so, and the gate counts a failure",
    options,
    () => {
      const { status, stdout, stderr } = run(copy, scripts.test)
      assert.match(stderr, /Cannot install the dependencies/)
      assert.equal(stdout, "0 passed, 1 failed, 0 skipped\n")
      assert.equal(status, 1)
    },
  )
})

test("an unknown script is refused, and the message lists the scripts", options, () => {
  const { status, stdout, stderr } = run(root, "node tools/run.mjs", "toString")
  assert.match(stderr, /no script "toString".*start, test/)
  assert.equal(stdout, "")
  assert.equal(status, 2)
})

/** Runs the text of a script as npm does, with an empty home. */
function run(folder: string, text: string, ...args: readonly string[]) {
  return spawnSync("sh", ["-c", `${text} "$@"`, "sh", ...args], {
    cwd: folder,
    encoding: "utf8",
    env: {
      ...{ PATH: process.env.PATH, HOME: join(folder, "home"), NO_COLOR: "1" },
      // Not npm, so that an attempt to install something fails.
      npm_execpath: join(folder, "no_npm.js"),
      // Otherwise Bun caches compiled packages in the home.
      BUN_RUNTIME_TRANSPILER_CACHE_PATH: "0",
    },
  })
}

/** A copy with a home of its own, so that a script's effects are visible and do no harm. */
function copyOfProject(): string {
  const folder = mkdtempSync(join(tmpdir(), "zerowire-scripts-"))
  after(() => rmSync(folder, { recursive: true }))
  for (const name of readdirSync(root).filter((name) => !left.includes(name))) {
    cpSync(join(root, name), join(folder, name), {
      recursive: true,
      filter: (path) => !path.endsWith("/node_modules"),
    })
  }
  mkdirSync(join(folder, "home"))
  return folder
}

/** Runs a script, and checks by sizes and times that it changed no file or folder. */
function runUnnoticed(folder: string, text: string, ...args: readonly string[]) {
  const everything = () =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).sort().map((path) => {
      const { size, mode, mtimeMs, ctimeMs } = lstatSync(join(folder, path))
      return `${path} ${size} ${mode} ${mtimeMs} ${ctimeMs}`
    })
  const before = everything()
  const ended = run(folder, text, ...args)
  assert.deepEqual(everything(), before)
  return ended
}

const left = ["node_modules", ".git", "dist"]
