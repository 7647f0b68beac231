/**
 * Files that a caller has given, for other parts. The types of a runtime's open files stay inside: users
 * need not have them.
 *
 * @module
 */
import type { Taker } from "../../argument/mod.ts"
import { toFile, toPath } from "./given_file.ts"
import { OpenFile } from "./open_file.ts"
import { openPath } from "./runtime_file.ts"

/** A file, as a caller has passed it. */
export interface Given {
  /** Its name in messages. */
  readonly name: string
  /** @throws {ZerowireError} FileFailed, PermissionDenied */
  open(): Promise<OpenFile>
  /** Opens it at once; returns nothing where that could wait. */
  openNow(): OpenFile | undefined
}

/**
 * The file that a caller has named or opened.
 *
 * @throws {TypeError} if it is not a file.
 */
export function givenFile(file: unknown, use: Pick<Taker, "action" | "example">): Given {
  const given = toFile(file, use)
  return {
    name: given.name,
    open: () => OpenFile.open(given),
    openNow: () => OpenFile.openNow(given),
  }
}

/**
 * The path that a caller has given, as such or as a `file:` URL.
 *
 * @throws {TypeError} if it is neither.
 */
export const givenPath = (path: unknown, use: Pick<Taker, "action" | "example">): string =>
  toPath(path, use)

/**
 * Opens the file at a path. `mayUse` gets its descriptor before anything is read; if it resolves with
 * false, the file counts as missing.
 *
 * @throws {ZerowireError} FileFailed, PermissionDenied
 */
export function openChecked(
  path: string,
  mayUse: (fd: number) => Promise<boolean>,
): Promise<OpenFile> {
  const open = async () => {
    const handle = await openPath(path)
    try {
      if (await mayUse(handle.fd)) return handle
      throw Object.assign(new Error("it may not be used"), { code: "ENOENT" })
    } catch (failure) {
      await handle.close()
      throw failure
    }
  }
  return OpenFile.open({ name: path, open })
}
