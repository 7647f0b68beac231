import { ZerowireError } from "../../error/mod.ts"

/** The code of an error of opening a file. */
export function codeOf(failure: unknown): string | undefined {
  if (failure instanceof ZerowireError) {
    return failure.reason._tag === "FileFailed" ? failure.reason.code : undefined
  }
  const { code } = failure as { readonly code?: unknown }
  return typeof code === "string" ? code : undefined
}

/** Whether a file could not be opened because there is none that can be served. */
export const isMissing = (failure: unknown): boolean => missing.has(codeOf(failure) ?? "")

/**
 * Besides a file that is not there: a folder, a device, a socket (ENXIO), a file taken for a folder
 * (ENOTDIR), a name that no file can have, links in a circle (ELOOP).
 */
const missing = new Set([
  "EISDIR",
  "ELOOP",
  "ENAMETOOLONG",
  "ENOENT",
  "ENOTDIR",
  "ENXIO",
  "NOT_A_FILE",
])
