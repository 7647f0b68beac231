import { Buffer } from "node:buffer"
import { cannotUse } from "../../argument/mod.ts"
import { isAbstract, longestUnixPath } from "../../kernel/port.ts"

/**
 * Refuses what cannot be the path of a Unix domain socket.
 *
 * @throws {TypeError} for an empty or too long path, or one with a zero character after the first.
 */
export function checkPath(path: unknown): asserts path is string {
  if (typeof path !== "string" || path === "" || path === "\0") {
    throw cannotUse("path", path, "the path of a Unix domain socket")
  }
  if (path.includes("\0", 1)) throw cannotUse("path", path, "free of zero characters but the first")
  const bytes = Buffer.byteLength(path)
  if (bytes <= longestUnixPath) return
  const cure = isAbstract(path)
    ? ""
    : ". Use a shorter one, or one relative to the working directory"
  throw new TypeError(
    `Cannot use a path of ${bytes} bytes for a Unix domain socket: the kernel takes ` +
      `${longestUnixPath}${cure}`,
  )
}

/** @throws {TypeError} unless it is a file's permissions. */
export function checkMode(mode: unknown): asserts mode is number | undefined {
  if (mode === undefined) return
  if (Number.isInteger(mode) && (mode as number) >= 0 && (mode as number) <= 0o777) return
  throw cannotUse("mode", mode, "permissions of a file, from 0 to 0o777")
}
