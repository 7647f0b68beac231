import { join } from "node:path"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { pathToFileURL } from "node:url"
import { run } from "../gate/process.mjs"
import { root } from "../ready.mjs"
import { pageOf } from "./page.mjs"

/**
 * The pages of the API, from the comments in the sources as they are now.
 *
 * @param {string} deno path of the binary
 * @returns {Promise<ReadonlyMap<string, string>>} the text of each by its path from the root
 */
export async function referencePages(deno) {
  const { nodes } = JSON.parse(
    await outputOf([deno, "doc", "--quiet", "--json", ...entries.map(({ source }) => source)]),
  )
  const known = new Map()
  const folder = mkdtempSync(join(tmpdir(), "zerowire-reference-"))
  try {
    for (const { source, page, name } of entries) {
      const module = nodes[pathToFileURL(join(root, source)).href]
      writeFileSync(join(folder, page), pageOf(page, name, module, known))
    }
    await outputOf([deno, "fmt", "--quiet", "--config", join(root, "deno.json"), folder])
    return new Map(
      entries.map((
        { page },
      ) => [`docs/reference/${page}`, readFileSync(join(folder, page), "utf8")]),
    )
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** @param {readonly string[]} command */
async function outputOf(command) {
  const { how, stdout, output } = await run(command, { seconds: 120 })
  if (how !== undefined) throw new Error(`${command.join(" ")} ${how}\n${output}`)
  return stdout
}

const entries = [
  { source: "src/mod.ts", page: "zerowire.md", name: "zerowire" },
  { source: "src/effect.ts", page: "effect.md", name: "zerowire/effect" },
  { source: "src/testing.ts", page: "testing.md", name: "zerowire/testing" },
]
