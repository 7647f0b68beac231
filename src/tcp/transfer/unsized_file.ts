import type { FileHandle } from "node:fs/promises"

/** What there is to send of an open file. */
export interface Extent {
  /** Bytes of the file. */
  readonly size: number
  /** All of them, where the file system does not say how many there are. */
  readonly content?: Uint8Array<ArrayBuffer>
}

/**
 * How much a regular file holds, and what, where stat(2) does not tell.
 *
 * Files that a kernel or a FUSE server makes up while they are read have a size of 0 (/proc, cgroup,
 * tracefs), or of a page whatever they hold (`sysfs_add_file_mode_ns` in fs/sysfs/file.c), and take no
 * blocks. sendfile(2) refuses many of them with EINVAL. So they are read, to their end: how many bytes
 * they have is known before the first one is queued.
 *
 * @throws {Error} what the runtime throws for a file that cannot be read; with the code UNSIZED for a
 * file that does not say its size and has more than 64 MiB.
 */
export async function extentOf(handle: FileHandle, stat: Stat): Promise<Extent> {
  const size = Number(stat.size)
  if (size > 0 && (stat.blocks > 0n || await has(handle, size - 1))) return { size }
  // Not every such file can be read at an offset.
  const first = new Uint8Array(firstBytes)
  const { bytesRead } = await handle.read(first, 0, firstBytes, null)
  // A file that was empty, and to which somebody has written just now.
  const grown = size === 0 && bytesRead > 0 ? Number((await handle.stat()).size) : 0
  if (grown > 0) return { size: grown }
  const content = await readOn(handle, first, bytesRead)
  return { size: content.byteLength, content }
}

/** What fstat(2) says of a file. */
export interface Stat {
  readonly size: bigint
  readonly blocks: bigint
}

async function has(handle: FileHandle, offset: number): Promise<boolean> {
  return (await handle.read(new Uint8Array(1), 0, 1, offset)).bytesRead > 0
}

/** Reads behind the first `filled` bytes of `buffer`, in which there may be room for more. */
async function readOn(
  handle: FileHandle,
  buffer: Uint8Array<ArrayBuffer>,
  filled: number,
): Promise<Uint8Array<ArrayBuffer>> {
  for (let ended = filled === 0; !ended;) {
    if (filled === mostBytes) throw Object.assign(new Error("too long"), { code: "UNSIZED" })
    if (filled === buffer.byteLength) {
      buffer = new Uint8Array(buffer.buffer.transfer(2 * filled))
    }
    const { bytesRead } = await handle.read(buffer, filled, buffer.byteLength - filled, null)
    ended = bytesRead === 0
    filled += bytesRead
  }
  return buffer.slice(0, filled)
}

const firstBytes = 64 * 1024
/** Ten times what the list of a kernel's symbols takes. /proc/self/pagemap would go on for 256 GB. */
const mostBytes = 64 * 1024 * 1024
