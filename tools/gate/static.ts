import { TemporaryFolder } from "../temporary_folder.ts"
import { codeFolders, filesIn } from "./files.ts"
import type { Scene } from "./gate.ts"
import { check, run } from "./process.ts"
import { type Verdict, verdictOf } from "./tally.ts"

type Stage = (scene: Scene) => Promise<readonly Verdict[]>

export const format: Stage = async ({ deno }) => {
  const { how, output } = await run([deno, "fmt", "--check", ...folders])
  // Names are enough: run `deno fmt` to see and make the changes.
  const files = output.split("\n").filter((line) => line.startsWith("from "))
  return [verdictOf("deno fmt", how && `${how}\n${files.join("\n") || output}`)]
}

/** This also checks that everything public has a comment, and that `docs/reference` is up to date. */
export const lint: Stage = async ({ bun, deno }) => {
  using reference = new TemporaryFolder("zerowire-reference-")
  return [
    await check("deno lint", [deno, "lint", "--quiet", ...folders]),
    await check("knip: nothing is unused", ["node", knip, "--config", ".ci/knip.mjs"]),
    await check("typedoc", [bun, "tools/reference.ts", "--out", reference.path]),
    await check("docs/api is up to date, and CHANGELOG names what changed: `npm run api`", [
      ...[bun, "tools/api.ts", "--check"],
    ]),
    await check("docs/reference is up to date: `npm run reference` writes it", [
      ...["diff", "--brief", reference.path, "docs/reference"],
    ]),
  ]
}

export const types: Stage = async ({ deno }) => {
  // Some files compare Zerowire's types with Bun's, which Deno does not know. tsconfig.json excludes
  // the files that compare them with Deno's.
  const files = filesIn(codeFolders, /\.ts$/).filter((path) => !path.startsWith("test/types/bun_"))
  return [
    await check("tsc", ["node", "node_modules/typescript/bin/tsc", "-p", "."]),
    await check("deno check", [deno, "check", "--quiet", ...files]),
  ]
}

/** Imports follow the arrows, and none goes in a circle. */
export const arrows: Stage = async () => [
  await check("dependency-cruiser", [
    ...["node", "node_modules/dependency-cruiser/bin/dependency-cruise.mjs"],
    ...["--config", ".ci/arrows.cjs", "src", "ffi"],
  ]),
]

const knip = "node_modules/knip/bin/knip.js"

/** Deno skips folders whose names start with a dot, unless the command names them. */
const folders = [".", ".ci"]
