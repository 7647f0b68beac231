import { readdirSync } from "node:fs"
import { join, relative } from "node:path"
import { root } from "../ready.mjs"

/**
 * The project's files below some folders, as paths from the root, sorted.
 *
 * @param {readonly string[]} folders
 * @param {RegExp} pattern
 * @param {string} from the root of the project
 */
export function filesIn(folders, pattern, from = root) {
  return folders.flatMap((folder) => list(join(from, folder)))
    .map((path) => relative(from, path))
    .filter((path) => pattern.test(path))
    .sort()
}

/** Where code is. */
export const codeFolders = [
  ...["ffi", "src", "bench", "demo", "examples", "lab", "test", "tools", ".ci"],
]

/**
 * @param {string} folder
 * @returns {string[]}
 */
function list(folder) {
  return entriesOf(folder).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : list(path)
    return [path]
  })
}

/** @param {string} folder */
function entriesOf(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (failure) {
    // A folder that has nothing in it yet is not in the repository.
    if (/** @type {NodeJS.ErrnoException} */ (failure).code === "ENOENT") return []
    throw failure
  }
}
