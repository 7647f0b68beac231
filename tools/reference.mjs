/**
 * `npm run reference`: writes the pages in `docs/reference` from the comments in the sources. The gate
 * holds them to that.
 *
 * @module
 */
import { mkdirSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import process from "node:process"
import { makeReady, NotReady, root } from "./ready.mjs"
import { referencePages } from "./reference/pages.mjs"

try {
  const { deno } = makeReady()
  for (const [path, text] of await referencePages(deno)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
    process.stdout.write(`${path}\n`)
  }
} catch (failure) {
  if (!(failure instanceof NotReady)) throw failure
  process.stderr.write(`${failure.message}\n`)
  process.exitCode = 1
}
