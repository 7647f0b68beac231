import assert from "node:assert/strict"
import { readFileSync, statSync } from "node:fs"
import { test } from "node:test"
import { MountTable } from "./mount_table.ts"

const table = new MountTable(`\
22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
23 22 0:21 / /proc rw - proc proc rw
30 22 0:40 / /srv rw shared:5 master:2 - tmpfs none rw
31 30 0:41 / /srv/media rw - nfs4 host:/media rw
32 22 0:42 / /srv rw - fuse.sshfs host:/ rw
33 22 0:43 / /with\\040space\\134 rw - xfs /dev/vdb rw
34 33 0:44 / /with\\040space\\134 rw - btrfs /dev/vdc rw
`)

test("a path lies on the nearest mount, and on the last one of a folder", () => {
  const typeAt = (path: string) => table.at(path)?.type
  assert.equal(typeAt("/"), "ext4")
  assert.equal(typeAt("/srvx/file"), "ext4")
  assert.equal(typeAt("/proc/version"), "proc")
  assert.equal(typeAt("/with space\\/file"), "btrfs")
  assert.equal(typeAt("/with space\\"), "btrfs")
})

test("a mount that lies below a folder that another one hides by now is not found", () => {
  const covered = new MountTable(`\
1 1 0:1 / / rw - ext4 /dev/vda rw
2 1 0:2 / /a/b rw - xfs /dev/vdb rw
3 1 0:3 / /a rw - nfs host:/ rw
`)
  assert.equal(covered.at("/a/b/file")?.type, "nfs")
})

test("lines that are none, and an empty table, have no mounts", () => {
  assert.equal(new MountTable("").at("/"), undefined)
  assert.equal(new MountTable("1 2 3\n4 5 6 7 8 9 - \n\n").at("/"), undefined)
})

test("the mounts of this machine are found by their names", { skip: noMounts() }, () => {
  const here = new MountTable(readFileSync("/proc/self/mountinfo", "utf8"))
  assert.equal(here.at("/proc/version")?.type, "proc")
  assert.equal(here.at("/proc")?.point, "/proc")
})

function noMounts(): string | false {
  try {
    statSync("/proc/self/mountinfo")
    return false
  } catch {
    return "this system has no /proc/self/mountinfo"
  }
}
