import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { existsSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { test } from "node:test"
import { TemporaryFolder } from "./temporary_folder.ts"

const options = { timeout: 60_000 }

test("a folder is removed with its files at the end of the block", () => {
  let path: string
  {
    using folder = new TemporaryFolder("zerowire-folder-")
    path = folder.path
    writeFileSync(join(path, "file"), "")
  }
  assert.ok(!existsSync(path))
})

test("a process that exits within the block removes it too", options, () => {
  const program = `
    import { writeFileSync } from "node:fs"
    import process from "node:process"
    import { TemporaryFolder } from ${JSON.stringify(import.meta.resolve("./temporary_folder.ts"))}
    using folder = new TemporaryFolder("zerowire-folder-")
    writeFileSync(folder.path + "/file", "")
    process.stdout.write(folder.path)
    process.exit(3)`
  using folder = new TemporaryFolder("zerowire-folder-")
  const file = join(folder.path, "program.ts")
  writeFileSync(file, program)
  const args = process.versions.bun === undefined
    ? ["run", "--allow-all", "--no-check", "--quiet", file]
    : [file]
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" })
  assert.equal(status, 3, stderr)
  assert.match(stdout, /zerowire-folder-/)
  const left = existsSync(stdout)
  rmSync(stdout, { recursive: true, force: true })
  assert.ok(!left)
})
