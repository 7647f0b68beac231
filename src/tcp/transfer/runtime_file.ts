import { messageOf } from "../../argument/mod.ts"
import { Unsupported, ZerowireError } from "../../error/mod.ts"
import {
  builtin,
  openCached,
  type OpenedFile,
  type RuntimeFiles,
  runtimeFiles,
} from "../../kernel/mod.ts"
import type { FileStatus, RuntimeFile } from "./options.ts"

/** Opens a file for reading. Without O_NONBLOCK, a FIFO that nobody writes to would never open. */
export async function openPath(path: string): Promise<OpenedFile> {
  const { constants, promises } = builtin.fs
  return openCached(path) ?? await promises.open(path, constants.O_RDONLY | constants.O_NONBLOCK)
}

/** Whether the members are those of a `Bun.file`, a `Deno.FsFile` or a FileHandle. */
export const isRuntimeFile = (value: unknown): value is RuntimeFile =>
  typeof value === "object" && value !== null &&
  "stat" in value && typeof value.stat === "function"

/**
 * Opens a file again that the caller has opened or named. Reading, seeking or closing one of the two
 * then does not affect the other.
 *
 * The runtime opens it by its name, so that its permissions apply. If another file has that name by now,
 * it is not used.
 */
export async function openAgain(file: RuntimeFile): Promise<OpenedFile> {
  const stat: FileStatus | undefined = await file.stat()
  // In Bun, `stat` of a Blob in memory is undefined, and that of an S3 file has a size and no inode.
  if (typeof stat?.ino !== "number") throw notOnDisk()
  const fd = numberOf(file, stat)
  const path = fd === undefined ? pathOf(file) : openFiles().pathOf(fd)
  const named = path === undefined ? undefined : await openSame(path, stat)
  if (named !== undefined) return checkWhole(file, named)
  // It was renamed or deleted since. Deno then requires the permission to read everything.
  const again = fd === undefined ? undefined : await openSame(`/proc/self/fd/${fd}`, stat)
  if (again !== undefined) return again
  throw Object.assign(new Error("it was replaced"), { code: "ENOENT" })
}

/** Its file descriptor; undefined if it only has a name, as a `Bun.file` of a path does. */
function numberOf(file: RuntimeFile, stat: FileStatus): number | undefined {
  const { fd } = file as { readonly fd?: unknown }
  if (typeof fd === "number") return fd
  if (pathOf(file) !== undefined) return undefined
  return openFiles().find({ dev: Number(stat.dev), ino: Number(stat.ino) })
}

/** @throws {ZerowireError} Unsupported without libc: no runtime tells which file a descriptor refers to. */
function openFiles(): RuntimeFiles {
  try {
    return runtimeFiles()
  } catch (cause) {
    const message = `Cannot find out which file this is: ${messageOf(cause)}. Give its path instead`
    throw new ZerowireError(new Unsupported(message), cause)
  }
}

const pathOf = (file: RuntimeFile): string | undefined => {
  const { name } = file as { readonly name?: unknown }
  return typeof name === "string" && isBlob(file) ? name : undefined
}

/** Opens the file at this path. Returns undefined if there is none, or if it is another file. */
async function openSame(path: string, wanted: FileStatus): Promise<OpenedFile | undefined> {
  let handle: OpenedFile
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

/** Refuses a slice of a `Bun.file`, which reports its length but not where it begins. */
async function checkWhole(file: RuntimeFile, handle: OpenedFile): Promise<OpenedFile> {
  if (!isBlob(file)) return handle
  const { size } = await handle.stat()
  // Bun reports an infinite size for a file whose size stat(2) does not know.
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
