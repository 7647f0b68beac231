import { copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../ready.mjs"
import { programIn } from "./examples.ts"
import type { Scene } from "./gate.ts"
import { check, run } from "./process.ts"
import { type Verdict, verdictOf } from "./tally.ts"

/**
 * Uses the tarball in Deno without npm, as docs/getting_started_deno.md says, with the `deno.json` of that
 * page. The dependencies are those that `folder` has, so that no network is needed.
 */
export async function useUnpacked(
  scene: Scene,
  folder: string,
  tarball: string,
): Promise<readonly Verdict[]> {
  const there = join(folder, "unpacked")
  mkdirSync(there)
  const { how, output } = await run(["tar", "-xzf", tarball, "-C", there])
  if (how !== undefined) return [verdictOf("the tarball, unpacked", output)]
  const page = readFileSync(join(root, "docs/getting_started_deno.md"), "utf8")
  const [, json = "{}"] = /```json\n([^]*?)```/.exec(page) ?? []
  const config = { ...JSON.parse(json), nodeModulesDir: "manual" }
  writeFileSync(join(there, "deno.json"), JSON.stringify(config))
  symlinkSync(join(folder, "node_modules"), join(there, "node_modules"))
  copyFileSync(join(folder, "readme.ts"), join(there, "readme.ts"))
  const command = programIn(scene, "deno", "readme.ts")
  return [await check("readme.ts from the unpacked tarball in deno", command, { cwd: there })]
}
