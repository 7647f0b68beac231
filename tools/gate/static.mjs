import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { referenceCommand } from "../reference.mjs"
import { codeFolders, filesIn } from "./files.mjs"
import { check, run } from "./process.mjs"
import { verdictOf } from "./tally.mjs"

/** @typedef {import("./tally.mjs").Verdict} Verdict */
/** @typedef {import("./gate.mjs").Scene} Scene */

/** @param {Scene} scene */
export async function format({ deno }) {
  const { how, output } = await run([deno, "fmt", "--check", ...folders], { seconds: 300 })
  // The names will do: `deno fmt` makes the changes as well as it prints them.
  const files = output.split("\n").filter((line) => line.startsWith("from "))
  return [verdictOf("deno fmt", how === undefined ? "" : `${how}\n${files.join("\n") || output}`)]
}

/** @param {Scene} scene */
export const lint = async (scene) => [
  await check("deno lint", [scene.deno, "lint", "--quiet", ...folders]),
  await check("knip: nothing is unused", [process.execPath, knip, "--config", ".ci/knip.mjs"]),
  ...await reference(),
]

/** Everything public has a comment, and `docs/reference` is what the comments make. */
async function reference() {
  const folder = mkdtempSync(join(tmpdir(), "zerowire-reference-"))
  try {
    return [
      await check("typedoc", [process.execPath, ...referenceCommand(folder)]),
      await check("docs/reference is up to date: `npm run reference` writes it", [
        ...["diff", "--brief", folder, "docs/reference"],
      ]),
    ]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** @param {Scene} scene */
export const types = async ({ deno }) => {
  // Some files hold us against Bun's own types, which Deno does not know; tsconfig.json leaves those
  // out that hold us against Deno's.
  const files = filesIn(codeFolders, /\.ts$/).filter((path) => !path.startsWith("test/types/bun_"))
  return [
    await check("tsc", [process.execPath, "node_modules/typescript/bin/tsc", "-p", "."]),
    await check("deno check", [deno, "check", "--quiet", ...files]),
  ]
}

/** Imports go where they may, and not in a circle. */
export const arrows = async () => [
  await check("dependency-cruiser", [
    ...[process.execPath, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs"],
    ...["--config", ".ci/arrows.cjs", "src", "ffi"],
  ]),
]

const knip = "node_modules/knip/bin/knip.js"

/** Deno leaves folders out whose names start with a dot, unless they are named. */
const folders = [".", ".ci"]
