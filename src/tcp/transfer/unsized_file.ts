import type { OpenedFile } from "../../kernel/mod.ts"

/** What an open file has to send. */
export interface Extent {
  /** Bytes of the file. */
  readonly size: number
  /** All of its bytes, if the file system does not report how many there are. */
  readonly content?: Uint8Array<ArrayBuffer>
}

/**
 * The size of a regular file, and its bytes if stat(2) does not know the size.
 *
 * Some files are generated while they are read, by the kernel or by a FUSE server. Their size is 0
 * (/proc, cgroup, tracefs) or always a page (`sysfs_add_file_mode_ns` in fs/sysfs/file.c), and they take
 * no blocks. sendfile(2) refuses many of them with EINVAL. They are therefore read to the end first, so
 * that their length is known before the first byte is queued.
 *
 * @throws {Error} what the runtime throws if the file cannot be read; with the code UNSIZED if the file
 * has no known size and more than 64 MiB.
 */
export async function extentOf(handle: OpenedFile, stat: Stat): Promise<Extent> {
  const size = Number(stat.size)
  if (size > 0 && (stat.blocks > 0n || await has(handle, size - 1))) return { size }
  // Not every such file can be read at an offset.
  const first = new Uint8Array(firstBytes)
  const { bytesRead } = await handle.read(first, 0, firstBytes, null)
  // The file was empty, and somebody has just written to it.
  const grown = size === 0 && bytesRead > 0 ? Number((await handle.stat()).size) : 0
  if (grown > 0) return { size: grown }
  const content = await readOn(handle, first, bytesRead)
  return { size: content.byteLength, content }
}

/** What fstat(2) reports of a file. */
export interface Stat {
  readonly size: bigint
  readonly blocks: bigint
}

async function has(handle: OpenedFile, offset: number): Promise<boolean> {
  return (await handle.read(new Uint8Array(1), 0, 1, offset)).bytesRead > 0
}

/** Reads more bytes after the first `filled` bytes of `buffer`. */
async function readOn(
  handle: OpenedFile,
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
/** Ten times the size of /proc/kallsyms. /proc/self/pagemap would go on for 256 GB. */
const mostBytes = 64 * 1024 * 1024
