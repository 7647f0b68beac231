import { constants } from "node:fs"
import { type FileHandle, open } from "node:fs/promises"
import { runtimeFiles } from "../../kernel/mod.ts"
import type { FileStatus, RuntimeFile } from "./options.ts"

/** Opens a file for reading. Without O_NONBLOCK, a FIFO that nobody writes to would never open. */
export const openPath = (path: string): Promise<FileHandle> =>
  open(path, constants.O_RDONLY | constants.O_NONBLOCK)

/** Whether it is a file of a runtime, by its members: `Bun.file`, `Deno.FsFile` or a FileHandle. */
export const isRuntimeFile = (value: unknown): value is RuntimeFile =>
  typeof value === "object" && value !== null &&
  "stat" in value && typeof value.stat === "function"

/**
 * Opens a file once more that somebody else has open, or has named: what he does with his, reading,
 * seeking or closing it, then changes nothing here, and ours changes nothing for him.
 *
 * The runtime opens it, by its name, so that its permissions hold. Whatever has that name by now, it is
 * sent only if it is the same file.
 */
export async function openAgain(file: RuntimeFile): Promise<FileHandle> {
  const stat: FileStatus | undefined = await file.stat()
  // Nothing is what `stat` of a Blob in memory says in Bun; that of an S3 file says how long it is.
  if (typeof stat?.ino !== "number") throw notOnDisk()
  const fd = numberOf(file, stat)
  const path = fd === undefined ? pathOf(file) : runtimeFiles().pathOf(fd)
  const named = path === undefined ? undefined : await openSame(path, stat)
  if (named !== undefined) return checkWhole(file, named)
  // It was renamed or deleted since. Under Deno that takes the permission to read everything.
  const again = fd === undefined ? undefined : await openSame(`/proc/self/fd/${fd}`, stat)
  if (again !== undefined) return again
  throw Object.assign(new Error("it was replaced"), { code: "ENOENT" })
}

/** The number of its file descriptor; nothing where it is only named, as a `Bun.file` of a path. */
function numberOf(file: RuntimeFile, stat: FileStatus): number | undefined {
  const { fd } = file as { readonly fd?: unknown }
  if (typeof fd === "number") return fd
  if (pathOf(file) !== undefined) return undefined
  return runtimeFiles().find({ dev: Number(stat.dev), ino: Number(stat.ino) })
}

const pathOf = (file: RuntimeFile): string | undefined => {
  const { name } = file as { readonly name?: unknown }
  return typeof name === "string" && isBlob(file) ? name : undefined
}

/** Opens what has this path, and answers nothing where that is another file, or none. */
async function openSame(path: string, wanted: FileStatus): Promise<FileHandle | undefined> {
  let handle: FileHandle
  try {
    handle = await openPath(path)
  } catch (failure) {
    if ((failure as { readonly code?: unknown }).code === "ENOENT") return undefined
    throw failure
  }
  try {
    const found = await handle.stat()
    if (found.dev === Number(wanted.dev) && found.ino === Number(wanted.ino)) return handle
    await handle.close()
    return undefined
  } catch (failure) {
    await handle.close()
    throw failure
  }
}

/** A `Bun.file` may be a slice of one, which says how long it is, but not where it begins. */
async function checkWhole(file: RuntimeFile, handle: FileHandle): Promise<FileHandle> {
  if (!isBlob(file)) return handle
  const { size } = await handle.stat()
  // Files without a size are taken for endless.
  if (file.size === size || size === 0) return handle
  await handle.close()
  throw new TypeError(
    "Cannot send a slice of a Bun.file: it does not say where it begins. Give the whole file, and " +
      "`start` and `end`",
  )
}

const notOnDisk = (): TypeError =>
  new TypeError(
    "Cannot send this as a file: it is in memory, or on another machine. Pipe its stream() to `writable`",
  )

const isBlob = (file: object): file is { readonly size: number } =>
  "arrayBuffer" in file && "size" in file && typeof file.size === "number"
