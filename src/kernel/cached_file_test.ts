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
import { dirname, join } from "node:path"
import { test } from "node:test"
import { libc } from "../../ffi/libc.ts"
import { CachedFiles } from "./cached_files.ts"
import { CachedReader } from "./cached_reader.ts"
import { LocalMounts } from "./local_mounts.ts"
import { openCached } from "./mod.ts"
import { readMountInfo } from "./mount_info.ts"
import { MountTable } from "./mount_table.ts"

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

/** Counts the files that libc is asked to open. */
function counting(): { readonly opened: number } & Disposable {
  const own = libc()
  let opened = 0
  const { openat2 } = own
  own.openat2 = (path, how) => {
    opened++
    return openat2.call(own, path, how)
  }
  return {
    get opened() {
      return opened
    },
    [Symbol.dispose]: () => {
      own.openat2 = openat2
    },
  }
}

const filesOf = (readTable: () => string | undefined) =>
  new CachedFiles(libc(), new LocalMounts(readTable))

test(
  "a file on NFS, FUSE or an unknown file system is never opened on this thread",
  { skip },
  () => {
    using made = folder()
    const path = made.path("a")
    writeFileSync(path, "x")
    for (const type of ["nfs4", "fuse.sshfs", "cifs", "unheard-of"]) {
      using counted = counting()
      const table = readMountInfo(libc()) ?? ""
      const parent = new MountTable(table).at(path)?.id
      const covered = `${table}9999999 ${parent} 0:9 / ${dirname(path)} rw - ${type} x rw\n`
      assert.equal(filesOf(() => covered).open(path), undefined, type)
      assert.equal(counted.opened, 0, type)
    }
  },
)

test("a file on another mount than the table says is given back, and the table read again", {
  skip,
}, async () => {
  using made = folder()
  const path = made.path("a")
  writeFileSync(path, "x")
  let reads = 0
  const wrong = `9999999 9999999 0:9 / / rw - ext4 x rw\n`
  const files = filesOf(() => reads++ === 0 ? wrong : readMountInfo(libc()))
  assert.equal(files.open(path), undefined)
  assert.equal(reads, 2)
  const file = files.open(path)
  assert.ok(file)
  await file.close()
})

test("a file that is in memory is read at once, and no more than it has", { skip }, async () => {
  using made = folder()
  writeFileSync(made.path("a"), "0123456789")
  const file = openCached(made.path("a"))
  assert.ok(file)
  const text = (length: number, position: number) => {
    const bytes = file.readNow(length, position)
    return bytes && new TextDecoder().decode(bytes)
  }
  const first = file.readNow(2, 1)
  assert.equal(text(10, 0), "0123456789")
  assert.deepEqual(first, new Uint8Array([49, 50]))
  assert.equal(text(3, 7), "789")
  assert.equal(text(4, 7), undefined)
  assert.equal(text(1_000_000, 0), undefined)
  truncateSync(made.path("a"), 5)
  assert.equal(text(10, 0), undefined)
  await file.close()
})

test(
  "what must wait for a disk is read on another thread, one read after the other",
  { skip },
  async () => {
    using made = folder()
    writeFileSync(made.path("a"), "0123456789")
    const file = openCached(made.path("a"))
    assert.ok(file)
    rmSync(made.path("a"))
    const reader = new CachedReader(libc())
    const views = [1, 4, 8].map(() => new Uint8Array(4))
    const read = await Promise.all(
      views.map((view, i) => reader.readElsewhere(file.fd, view, [1, 4, 8][i])),
    )
    assert.deepEqual(read, [4, 4, 2])
    assert.deepEqual(views.map((view) => new TextDecoder().decode(view)), [
      "1234",
      "4567",
      "89\0\0",
    ])
    await file.close()
  },
)
