import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, describe, test } from "node:test"
import { run } from "./zerowire.ts"

const options = { timeout: 60_000 }
const commands = "doctor serve calibrate bench send receive relay completion".split(" ")
const folder = mkdtempSync(join(tmpdir(), "zerowire-"))
after(() => rmSync(folder, { recursive: true }))
mkdirSync(join(folder, "a folder"))
writeFileSync(join(folder, "a file"), "")

describe("bash", options, () => {
  const { stdout: script, status } = run("completion", "bash")

  for (
    const [typed, offered] of [
      [[""], [...commands, "--version", "--help"]],
      [["se"], ["serve", "send"]],
      [["--v"], ["--version"]],
      [["send", "-"], ["--quiet", "--help"]],
      [["send", "a"], ["a file", "a folder"]],
      [["serve", "a"], ["a folder"]],
      [["serve", "--port", "a"], []],
      [["completion", ""], ["bash", "zsh", "fish"]],
      [["relay", "9"], []],
    ] as const
  ) {
    test(`completes: zerowire ${typed.join(" ")}`, options, () => {
      assert.equal(status, 0)
      assert.deepEqual(inBash(script, typed).sort(), [...offered].sort())
    })
  }
})

for (const shell of ["zsh", "fish"] as const) {
  test(`${shell} gets every command with its description and its options`, options, () => {
    const { stdout, status } = run("completion", shell)
    assert.equal(status, 0)
    for (const name of commands) assert.match(stdout, new RegExp(`\\b${name}\\b`))
    assert.match(stdout, shell === "zsh" ? /--listing\}'\[list folders/ : /-l listing -d 'list/)
  })
}

test("no other shell is known", options, () => {
  const { status, stderr } = run("completion", "tcsh")
  assert.equal(status, 2)
  assert.match(stderr, /Allowed choices are bash, zsh, fish/)
})

/** What bash would offer for the last of these words. */
function inBash(script: string, typed: readonly string[]): string[] {
  const program = `${script}\nCOMP_WORDS=(zerowire "$@"); COMP_CWORD=$#; _zerowire
for word in "\${COMPREPLY[@]}"; do printf '%s\\n' "$word"; done`
  const { stdout, stderr } = spawnSync("bash", ["-c", program, "bash", ...typed], {
    cwd: folder,
    encoding: "utf8",
  })
  assert.equal(stderr, "")
  return stdout.split("\n").filter((word) => word !== "")
}
