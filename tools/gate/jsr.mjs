import { run } from "./process.mjs"

/** @typedef {import("./tally.mjs").Verdict} Verdict */
/** @typedef {import("./gate.mjs").Scene} Scene */

/**
 * What JSR would get, as `deno publish` finds it without asking the registry: the types are explicit
 * enough for JSR to write declarations by itself ("no slow types"), and the files are the right ones.
 *
 * @param {Scene} scene
 * @returns {Promise<Verdict>}
 */
export async function published({ deno }) {
  const name = "deno publish --dry-run"
  const { how, output } = await run([deno, "publish", "--dry-run", "--allow-dirty"], {
    seconds: 120,
  })
  if (how !== undefined) return { result: "failed", name, detail: `${how}\n${output}` }
  const problems = problemsOf(filesOf(output))
  if (problems.length === 0) return { result: "passed", name }
  return { result: "failed", name, detail: problems.join("\n") }
}

/**
 * The files that `deno publish` has listed, from the folder of the project.
 *
 * @param {string} output
 */
export function filesOf(output) {
  const urls = [...output.matchAll(/^ +(file:\S+) \([\d.]+\w+\)$/gm)].map(([, url]) => url)
  const config = urls.find((url) => url.endsWith("/deno.json")) ?? ""
  return urls.map((url) => url.slice(config.lastIndexOf("/") + 1))
}

/**
 * What is wrong with them.
 *
 * @param {readonly string[]} paths
 * @returns {string[]}
 */
export function problemsOf(paths) {
  return [
    ...expected.filter((path) => !paths.includes(path)).map((path) => `${path} is missing`),
    ...paths.filter((path) => !mayBePublished(path)).map((path) => `${path} does not belong in it`),
  ]
}

/** @param {string} path */
const mayBePublished = (path) =>
  expected.includes(path) || /^(ffi|src)\/.+\.ts$/.test(path) && !path.endsWith("_test.ts")

const expected = [
  ...["deno.json", "README.md", "LICENSE", "CHANGELOG.md"],
  ...["src/mod.ts", "src/effect.ts", "src/testing.ts"],
]
