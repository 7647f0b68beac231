import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"
import { TemporaryFolder } from "../tools/temporary_folder.ts"

/** Each file breaks the rule that it is named after. Together they are one project. */
const files: Readonly<Record<string, string>> = {
  "src/kernel/mod.ts": 'import "../tcp/mod.ts"',
  "src/tcp/mod.ts": 'import "../kernel/inside.ts"\nexport const tcp = 1',
  "src/kernel/inside.ts": "export const inside = 1",
  "src/tcp/a.ts": 'import type { B } from "./b.ts"\nexport type A = B',
  "src/tcp/b.ts": 'import type { A } from "./a.ts"\nexport type B = A',
  "src/memory/slab.ts": 'import "../threads/mod.ts"',
  "src/threads/mod.ts": "export const threads = 1",
  "src/effect/mod.ts": 'import "commander"',
  "node_modules/commander/index.js": "export {}",
  "src/stack/mod.ts": 'import "./lost.ts"',
  "ffi/libc.ts": 'import "../src/threads/mod.ts"',
}
const found = [
  "arrows-of-kernel: src/kernel/mod.ts → src/tcp/mod.ts",
  "one-door: src/tcp/mod.ts → src/kernel/inside.ts",
  "no-circle: src/tcp/a.ts → \n      src/tcp/b.ts →\n      src/tcp/a.ts",
  "pure: src/memory/slab.ts → src/threads/mod.ts",
  "packages-of-the-product: src/effect/mod.ts → node_modules/commander/index.js",
  "resolvable: src/stack/mod.ts → ./lost.ts",
  "ffi-stands-alone: ffi/libc.ts → src/threads/mod.ts",
]

test("imports that may not be are found", { timeout: 60_000 }, () => {
  using temporary = new TemporaryFolder("zerowire-arrows-")
  const folder = temporary.path
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const program = inProject("node_modules/dependency-cruiser/bin/dependency-cruise.mjs")
  const command = [program, "--config", inProject(".ci/arrows.cjs"), "src", "ffi"]
  const { stdout, stderr } = spawnSync("node", command, { cwd: folder, encoding: "utf8" })
  for (const line of found) {
    assert.ok(stdout.includes(`error ${line}`), `${line} in ${stdout}${stderr}`)
  }
})

const inProject = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))
