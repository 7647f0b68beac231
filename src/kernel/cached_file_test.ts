import assert from "node:assert/strict"
import {
  type BigIntStats,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs"
import { open } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { libc } from "../../ffi/libc.ts"
import { openCached } from "./mod.ts"

/** A folder that was just made, which the kernel still has in memory. */
function folder(): { readonly path: (name: string) => string } & Disposable {
  const root = mkdtempSync(join(tmpdir(), "zerowire-cached-"))
  return {
    path: (name) => join(root, name),
    [Symbol.dispose]: () => rmSync(root, { recursive: true }),
  }
}

/** A kernel before 5.12, a sandbox, and some file systems say of no file that it is in memory. */
async function opensNone(): Promise<string | false> {
  using made = folder()
  writeFileSync(made.path("a"), "x")
  // Files are left to the runtime until something has used it.
  assert.equal(openCached(made.path("a")), undefined)
  libc()
  const file = openCached(made.path("a"))
  await file?.close()
  return file === undefined && "this kernel opens no file here without the risk to wait"
}

const skip = await opensNone()

test("a file that is in memory is opened as the runtime would open it", { skip }, async () => {
  using made = folder()
  const path = made.path("grün.txt")
  writeFileSync(path, "hello")
  utimesSync(path, 1_000_000_000.5, 1_234_567_890.125)
  const file = openCached(path)
  assert.ok(file)
  const own = await open(path)
  try {
    for (const bigint of [true, false]) {
      const found: BigIntStats = await file.stat({ bigint: bigint as true })
      const wanted: BigIntStats = await own.stat({ bigint: bigint as true })
      const { dev, ino, size, blocks } = wanted
      assert.deepEqual([found.dev, found.ino, found.size, found.blocks], [dev, ino, size, blocks])
      assert.equal(Number(found.mtimeMs), Number(wanted.mtimeMs))
      assert.ok(found.isFile() && !found.isDirectory())
    }
    const bytes = new Uint8Array(10)
    assert.equal((await file.read(bytes, 2, 3, 1)).bytesRead, 3)
    assert.equal(new TextDecoder().decode(bytes.subarray(2, 5)), "ell")
  } finally {
    await file.close()
    await own.close()
  }
})

test("a file that was replaced since is read all the same", { skip }, async () => {
  using made = folder()
  writeFileSync(made.path("a"), "first")
  const file = openCached(made.path("a"))
  rmSync(made.path("a"))
  writeFileSync(made.path("b"), "other")
  writeFileSync(made.path("a"), "second")
  assert.ok(file)
  const bytes = new Uint8Array(6)
  assert.equal((await file.read(bytes, 1, 5, 2)).bytesRead, 3)
  assert.equal(new TextDecoder().decode(bytes), "\0rst\0\0")
  await file.close()
})

test("whatever is no plain file with bytes is left to the runtime", () => {
  using made = folder()
  const { path } = made
  writeFileSync(path("file"), "x")
  writeFileSync(path("empty"), "")
  writeFileSync(path("hole"), "")
  truncateSync(path("hole"), 1_000_000)
  symlinkSync(path("file"), path("link"))
  const others = ["empty", "hole", "link", "missing", "file/x", "", "x".repeat(5000), "file\0x"]
  const special = ["/proc/self/maps", "/proc/version", "/sys/kernel/mm", "/dev/null", "/"]
  for (const other of [...others.map(path), ...special]) {
    assert.equal(openCached(other), undefined, other.slice(0, 100))
  }
})
