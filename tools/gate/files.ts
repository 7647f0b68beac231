import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { root } from "../ready.mjs"

/** The project's files below some folders, as paths from the root, sorted. */
export const filesIn = (folders: readonly string[], pattern: RegExp): readonly string[] =>
  // A folder that has nothing in it yet is not in the repository.
  folders.filter((folder) => existsSync(join(root, folder))).flatMap((folder) =>
    readdirSync(join(root, folder), { encoding: "utf8", recursive: true })
      .map((path) => join(folder, path))
  ).filter((path) => pattern.test(path) && !path.includes("node_modules/")).sort()

/** Where code is. */
export const codeFolders = [
  ...["ffi", "src", "bench", "demo", "examples", "lab", "test", "tools", ".ci"],
]
