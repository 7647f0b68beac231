/**
 * `npm run reference`: writes the pages in `docs/reference` from the comments in the sources. The gate
 * holds them to that.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import process from "node:process"
import { command } from "./command.mjs"
import { root } from "./ready.mjs"
import { referencePages } from "./reference/pages.mjs"

/**
 * @param {{ deno: string }} binaries
 * @param {readonly string[]} args
 * @returns {Promise<number>} the exit status
 */
export async function main({ deno }, args) {
  command("reference").parse(args, { from: "user" })
  for (const [path, text] of await referencePages(deno)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
    process.stdout.write(`${path}\n`)
  }
  return 0
}
