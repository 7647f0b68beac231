import assert from "node:assert/strict"
import { test } from "node:test"
import { LocalMounts } from "./local_mounts.ts"

const root = "1 1 8:1 / / rw - ext4 /dev/vda rw\n"

test("only file systems that ask nobody are local", () => {
  const lines = [
    ...["ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs", "tmpfs", "overlay", "zfs"],
    ...["nfs", "nfs4", "cifs", "9p", "ceph", "virtiofs", "fuse", "fuse.sshfs", "fuseblk", "autofs"],
    ...["proc", "sysfs", "something"],
  ].map((type, i) => `${i + 2} 1 0:${i} / /${type} rw - ${type} none rw\n`)
  const mounts = new LocalMounts(() => root + lines.join(""))
  const found = lines.map((line) => line.split(" ")[4]).filter((point) => mounts.of(`${point}/x`))
  assert.deepEqual(found, [
    ...["/ext2", "/ext3", "/ext4", "/xfs", "/btrfs", "/f2fs", "/tmpfs", "/overlay", "/zfs"],
  ])
})

test("without a table nothing is local", () => {
  const mounts = new LocalMounts(() => undefined)
  assert.equal(mounts.of("/etc/hosts"), undefined)
})

test("the table is read once for all folders, and again after a while", () => {
  let reads = 0
  let now = 0
  let table = root
  const mounts = new LocalMounts(() => (reads++, table), () => now)
  for (let i = 0; i < 3000; i++) assert.equal(mounts.of(`/folder${i}/x`)?.id, 1)
  assert.equal(reads, 1)
  table = root.replace("ext4", "nfs")
  now = 9_999
  assert.equal(mounts.of("/folder1/x")?.id, 1)
  now = 10_000
  assert.equal(mounts.of("/folder1/x"), undefined)
  assert.equal(reads, 2)
  // A clock that was set back must not keep the table for ever.
  table = root
  now = 0
  assert.equal(mounts.of("/folder1/x")?.id, 1)
})

test("a path that needs resolving is looked up as what it means", () => {
  const mounts = new LocalMounts(() => `${root}2 1 0:2 / /a/b rw - nfs host:/ rw\n`)
  assert.equal(mounts.of("/c/../a/./b/x"), undefined)
  assert.equal(mounts.of("/a/b/../x")?.id, 1)
  assert.equal(mounts.of("file")?.id, 1)
})

test("after a mistake the table is read again, and a mount that it is wrong about is left alone", () => {
  let table = root
  const mounts = new LocalMounts(() => table)
  const said = mounts.of("/srv/x")
  assert.ok(said)
  table += "2 1 0:2 / /srv rw - xfs /dev/vdb rw\n"
  mounts.mistaken("/srv/x", said)
  assert.equal(mounts.of("/srv/x")?.id, 2)
  mounts.mistaken("/srv/x", { id: 2, point: "/srv", type: "xfs" })
  assert.equal(mounts.of("/srv/x"), undefined)
  assert.equal(mounts.of("/other/x")?.id, 1)
})

test("a file that is a mount point itself is left alone, and its neighbours are not", () => {
  const mounts = new LocalMounts(() => `${root}2 1 0:2 /c /app/config rw - nfs host:/ rw\n`)
  assert.equal(mounts.of("/app/config"), undefined)
  assert.equal(mounts.of("/app/../app/config"), undefined)
  assert.equal(mounts.of("/app/other")?.id, 1)
})
