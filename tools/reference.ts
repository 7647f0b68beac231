/**
 * `npm run reference`: writes the pages in `docs/reference` from the comments in the sources. The gate
 * checks that they match. It fails if something public has no comment, names a type that is not
 * public, or has a broken link.
 *
 * @module
 */
import { spawnSync } from "node:child_process"
import process from "node:process"
import { command } from "./command.ts"
import { root } from "./ready.mjs"

const { out } = command("reference")
  .option("--out <folder>", "where to write the pages", "docs/reference")
  .parse(process.argv.slice(2), { from: "user" }).opts<{ out: string }>()
const typedoc = "tools/reference/node_modules/typedoc/bin/typedoc"
const { status } = spawnSync("node", [typedoc, "--options", "tools/reference", "--out", out], {
  cwd: root,
  stdio: "inherit",
})
process.exit(status ?? 1)
