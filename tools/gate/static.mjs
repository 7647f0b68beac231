import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import process from "node:process"
import { foreignIn, misnamedIn } from "../../.ci/dialect.mjs"
import { root } from "../ready.mjs"
import { referencePages } from "../reference/pages.mjs"
import { docLint } from "./doc_lint.mjs"
import { codeFolders, filesIn } from "./files.mjs"
import { run } from "./process.mjs"

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
  ...await command("deno lint", [scene.deno, "lint", "--quiet", ...folders]),
  await docLint(scene),
  await reference(scene),
  ...await command("knip: nothing is unused", [process.execPath, knip, "--config", ".ci/knip.mjs"]),
]

/**
 * The pages of the API are those that the comments make.
 *
 * @param {Scene} scene
 */
async function reference({ deno }) {
  const stale = [...await referencePages(deno)].filter(([path, text]) => {
    const file = join(root, path)
    return !existsSync(file) || readFileSync(file, "utf8") !== text
  }).map(([path]) => `${path} is not what the comments say: run \`npm run reference\``)
  return verdictOf("docs/reference is up to date", stale.join("\n"))
}

/** @param {Scene} scene */
export const types = async ({ deno }) => {
  // Some files hold us against Bun's own types, which Deno does not know; tsconfig.json leaves those
  // out that hold us against Deno's.
  const files = filesIn(codeFolders, /\.ts$/).filter((path) => !path.startsWith("test/types/bun_"))
  return [
    ...await command("tsc", [process.execPath, "node_modules/typescript/bin/tsc", "-p", "."]),
    ...await command("deno check", [deno, "check", "--quiet", ...files]),
  ]
}

/** Where imports may go, and what may stand in which file. */
export const arrows = async () => {
  const files = new Map(
    filesIn(codeFolders, /\.ts$/).map((path) => [path, readFileSync(join(root, path), "utf8")]),
  )
  const depcruise = "node_modules/dependency-cruiser/bin/dependency-cruise.mjs"
  const words = [process.execPath, depcruise, "--config", ".ci/arrows.cjs", "src", "ffi"]
  return [
    ...await command("imports go along the arrows, and not in a circle", words),
    verdictOf("each runtime is named in its own folder alone", misnamedIn(files).join("\n")),
    verdictOf("tests are such that both runtimes run them alike", foreignIn(files).join("\n")),
  ]
}

/**
 * @param {string} name
 * @param {readonly string[]} words
 */
async function command(name, words) {
  const { how, output } = await run(words, { seconds: 300 })
  return [verdictOf(name, how === undefined ? "" : `${how}\n${output.trim()}`)]
}

/**
 * @param {string} name
 * @param {string} problem
 * @returns {Verdict}
 */
const verdictOf = (name, problem) =>
  problem === "" ? { result: "passed", name } : { result: "failed", name, detail: problem }

const knip = "node_modules/knip/bin/knip.js"

/** Deno leaves folders out whose names start with a dot, unless they are named. */
const folders = [".", ".ci"]
