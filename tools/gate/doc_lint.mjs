import { readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../ready.mjs"
import { filesIn } from "./files.mjs"
import { run } from "./process.mjs"

/** @typedef {import("./tally.mjs").Verdict} Verdict */
/** @typedef {import("./gate.mjs").Scene} Scene */

/**
 * Everything public has a comment, explicit types, and names no type of ours that is private.
 *
 * @param {Scene} scene
 * @returns {Promise<Verdict>}
 */
export async function docLint({ deno }) {
  const name = "deno doc --lint"
  const { how, output } = await run([deno, "doc", "--quiet", "--lint", ...entryPoints], {
    seconds: 120,
  })
  if (how === undefined) return { result: "passed", name }
  const findings = findingsIn(output)
  // It may have failed before it found anything.
  if (findings.length === 0) return { result: "failed", name, detail: `${how}\n${output.trim()}` }
  const sources = filesIn(["ffi", "src"], /\.ts$/).map((path) =>
    readFileSync(join(root, path), "utf8")
  )
  const ours = findings.filter((finding) => !isForeign(finding, sources))
  if (ours.length === 0) return { result: "passed", name }
  return { result: "failed", name, detail: ours.join("\n\n") }
}

/**
 * The findings that `deno doc --lint` has printed, each with its lines of code.
 *
 * @param {string} output
 */
export function findingsIn(output) {
  return output.split(/^(?=error)/m).map((part) => part.trim())
    .filter((part) => part.startsWith("error["))
}

/**
 * Whether a finding is about a type of another package, which is not ours to make public. Deno 2.9
 * leaves those out by their URL, and packages in `node_modules` have one like our own files. It prints
 * where the reference stands, and of the type that is referred to its line alone, which is looked for.
 *
 * @param {string} finding
 * @param {readonly string[]} sources
 */
export function isForeign(finding, sources) {
  if (!finding.startsWith("error[private-type-ref]")) return false
  const [, after = ""] = finding.split("= hint:")
  const declaration = /^ *(\d+) \| (.*)$/m.exec(after)
  if (declaration === null) return false
  const [, line, code] = declaration
  return !sources.some((source) => source.split("\n")[Number(line) - 1]?.trim() === code.trim())
}

const entryPoints = ["src/mod.ts", "src/effect.ts", "src/testing.ts"]
