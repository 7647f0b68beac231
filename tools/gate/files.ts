import { existsSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { root } from "../ready.mjs"

/** The project's files below these folders, as sorted paths from the root. */
export const filesIn = (folders: readonly string[], pattern: RegExp): readonly string[] =>
  // git keeps no empty folders, so a folder may not exist.
  folders.filter((folder) => existsSync(join(root, folder))).flatMap((folder) =>
    readdirSync(join(root, folder), { encoding: "utf8", recursive: true })
      .map((path) => join(folder, path))
  ).filter((path) => pattern.test(path) && !path.includes("node_modules/")).sort()

/** The folders with code. */
export const codeFolders = [
  ...["ffi", "src", "bench", "demo", "examples", "deploy", "lab", "test", "tools", ".ci"],
]
