/**
 * `npm run reference`: writes the pages in `docs/reference` from the comments in the sources. The gate
 * holds them to that.
 *
 * @module
 */
import { spawnSync } from "node:child_process"
import { join } from "node:path"
import process from "node:process"
import { command } from "./command.mjs"
import { root } from "./ready.mjs"

/**
 * @param {unknown} _
 * @param {readonly string[]} args
 * @returns {number} the exit status
 */
export function main(_, args) {
  command("reference").parse(args, { from: "user" })
  const { status } = spawnSync(process.execPath, referenceCommand("docs/reference"), {
    cwd: root,
    stdio: "inherit",
  })
  return status ?? 1
}

/**
 * What Node is to run. It fails where something public has no comment, names a type that is not public,
 * or links to nothing.
 *
 * @param {string} folder for the pages
 */
export const referenceCommand = (folder) => [
  join(root, "tools/reference/node_modules/typedoc/bin/typedoc"),
  ...["--options", "tools/reference", "--out", folder],
]
