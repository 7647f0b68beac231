import { resolve } from "node:path"
import { type Mount, MountTable } from "./mount_table.ts"

/**
 * Which folders lie on file systems of this machine, where opening a file that is in memory asks nobody.
 *
 * NFS and FUSE are asked in `open`, even for a file that the kernel knows. What statfs(2) would say of a
 * mount, it may have to ask for, too, so /proc/self/mountinfo is read instead, which is in memory. A path
 * without symbolic links lies on the mount that the names say.
 */
export class LocalMounts {
  readonly #readTable: () => string | undefined
  readonly #now: () => number
  #table: MountTable | undefined
  #readAt = -Infinity
  /** For each folder, its mount if that is local. */
  readonly #folders = new Map<string, Mount | undefined>()
  /** Mounts on which files were found that should not lie there. */
  readonly #doubted = new Set<number>()

  /** `readTable` returns the text of mountinfo, and `now` milliseconds. */
  constructor(readTable: () => string | undefined, now: () => number = Date.now) {
    this.#readTable = readTable
    this.#now = now
  }

  /** The mount on which the file at this path lies; nothing unless it is local. */
  of(path: string): Mount | undefined {
    const age = this.#now() - this.#readAt
    if (age >= longestAge || age < 0) this.#read()
    const full = plain.test(path) ? path : resolve(path)
    // A single file can be mounted, as containers do with a file of the host.
    if (this.#table?.isPoint(full) === true) return undefined
    const folder = full.slice(0, full.lastIndexOf("/"))
    if (this.#folders.has(folder)) return this.#folders.get(folder)
    if (this.#folders.size >= mostFolders) this.#folders.clear()
    const found = this.#table?.at(folder)
    const isLocal = found !== undefined && local.has(found.type) && !this.#doubted.has(found.id)
    const mount = isLocal ? found : undefined
    this.#folders.set(folder, mount)
    return mount
  }

  /** A file was found on another mount than `of` has said: something was mounted meanwhile. */
  mistaken(path: string, said: Mount): void {
    this.#read()
    // Not even the new table knows, so it will be wrong again.
    if (this.of(path)?.id !== said.id) return
    this.#doubted.add(said.id)
    this.#folders.clear()
  }

  #read(): void {
    const text = this.#readTable()
    this.#table = text === undefined ? undefined : new MountTable(text)
    this.#readAt = this.#now()
    this.#folders.clear()
  }
}

/**
 * Their `open` only looks at what is in memory when the inode is. All others are left to the runtime: those
 * that ask a server or a process (nfs, cifs, ceph, 9p, fuse.*, virtiofs), and those that nobody has looked
 * at.
 */
const local: ReadonlySet<string> = new Set([
  // `ext4_file_open`, which serves all three; `xfs_file_open`, `btrfs_file_open`, `f2fs_file_open`
  ...["ext2", "ext3", "ext4", "xfs", "btrfs", "f2fs"],
  // Memory: `shmem_file_open`
  "tmpfs",
  // What containers have as their root. It opens the file of a layer, and layers are local by all common means.
  "overlay",
  // `zfs_open` only checks flags.
  "zfs",
])

/** An absolute path that needs no resolving. */
export const plain: RegExp = /^(?:\/(?!\.{1,2}(?:\/|$))[^/\0]+)+$/

/** Milliseconds after which the table is read again, for what is local by then. It takes some 50 µs. */
const longestAge = 10_000

/** They take 200 KB or so. */
const mostFolders = 1000
