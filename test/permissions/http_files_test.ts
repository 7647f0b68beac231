import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { after, test } from "node:test"
import { fileURLToPath } from "node:url"
import { TemporaryFolder } from "../../tools/temporary_folder.ts"

const temporary = new TemporaryFolder("zerowire-served-")
after(() => temporary[Symbol.dispose]())
const root = join(temporary.path, "root")
mkdirSync(join(root, "sub"), { recursive: true })
writeFileSync(join(root, "a.txt"), "a")
writeFileSync(join(temporary.path, "secret.txt"), "a secret")
symlinkSync("a.txt", join(root, "in"))
symlinkSync("../secret.txt", join(root, "out"))

test("--allow-read for the root is enough to serve it, and its links", { timeout: 60_000 }, () => {
  const paths = ["/a.txt", "/in", "/sub", "/sub/", "/none", "/out"]
  const flags = [`--allow-read=${root}`]
  assert.deepEqual(serve(flags, "inside", paths), [200, 200, 301, 200, 404, 404])
  // Deno asks for the path of a file, and not for that of what a link leads to.
  assert.deepEqual(serve(flags, "follow", ["/in", "/out"]), [200, 200])
})

test(
  "without --allow-read nothing is served, and the failure says why",
  { timeout: 60_000 },
  () => {
    assert.deepEqual(serve([], "inside", ["/a.txt"]), ["PermissionDenied"])
  },
)

/** What a program that Deno runs with these flags answers. Under Bun it is the same Deno. */
function serve(flags: readonly string[], symlinks: string, paths: readonly string[]): unknown {
  const child = fileURLToPath(new URL("http_files_child.ts", import.meta.url))
  const deno = fileURLToPath(new URL("../../node_modules/deno/deno", import.meta.url))
  const args = ["run", "--no-check", "--no-prompt", "--allow-ffi", ...flags, child, root, symlinks]
  const { stdout, stderr } = spawnSync(deno, [...args, ...paths], { encoding: "utf8" })
  assert.ok(stdout.endsWith("\n"), stderr)
  return JSON.parse(stdout)
}
