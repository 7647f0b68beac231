import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { npm, root } from "../ready.mjs"
import { published } from "./jsr.mjs"
import { run } from "./process.mjs"
import { snippetsIn } from "./snippet.mjs"

/** @typedef {import("./tally.mjs").Verdict} Verdict */
/** @typedef {import("./gate.mjs").Scene} Scene */

/**
 * What users would get, from npm and from JSR.
 *
 * @param {Scene} scene
 * @returns {Promise<readonly Verdict[]>}
 */
export const packages = async (scene) => [...await packed(scene), await published(scene)]

/**
 * Packs what npm would publish, installs it into an empty project, and uses it there.
 *
 * @param {Scene} scene
 * @returns {Promise<readonly Verdict[]>}
 */
async function packed(scene) {
  const folder = mkdtempSync(join(tmpdir(), "zerowire-package-"))
  try {
    const tarball = await pack(folder)
    const problems = problemsOf(tarball.paths)
    return [
      verdictOf("what the package holds", problems.length === 0 ? undefined : problems.join("\n")),
      ...await use(scene, folder, tarball.file),
    ]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/**
 * What is wrong with the files of the package.
 *
 * @param {readonly string[]} paths
 * @returns {string[]}
 */
export function problemsOf(paths) {
  return [
    ...expected.filter((path) => !paths.includes(path)).map((path) => `${path} is missing`),
    ...paths.filter((path) => !mayBePacked(path)).map((path) => `${path} does not belong in it`),
  ]
}

/** @param {string} path */
const mayBePacked = (path) =>
  expected.includes(path) || /^dist\/(ffi|src)\/.+\.(d\.ts|js|js\.map)$/.test(path) &&
    !/_test\.[^/]+$/.test(path)

/** @param {string} folder */
async function pack(folder) {
  const { how, stdout, output } = await run(
    [...npm(), "pack", "--json", "--pack-destination", folder],
    { seconds: 120 },
  )
  if (how !== undefined) throw new Error(`npm pack ${how}\n${output}`)
  /** @type {{ filename: string, files: { path: string }[] }[]} */
  const [{ filename, files }] = JSON.parse(stdout.slice(stdout.indexOf("[\n")))
  return { file: join(folder, filename), paths: files.map(({ path }) => path) }
}

/**
 * @param {Scene} scene
 * @param {string} folder
 * @param {string} tarball
 */
async function use(scene, folder, tarball) {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }))
  const installed = await install(folder, tarball)
  if (installed.result !== "passed") return [installed]

  const [first] = snippetsIn("README.md", readFileSync(join(root, "README.md"), "utf8"))
  writeFileSync(join(folder, "readme.ts"), `${first.code}\nexport {}\n`)
  copyFileSync(join(root, "test/package/consumer.ts"), join(folder, "consumer.ts"))
  const verdicts = [installed, ...await types(scene, folder)]
  for (const program of ["readme.ts", "consumer.ts"]) {
    for (const runtime of scene.runtimes) {
      const command = runtime === "bun"
        ? [scene.bun, program]
        : [scene.deno, "run", "--no-check", "-A", program]
      const { how, output } = await run(command, { seconds: 60, cwd: folder })
      const name = `${program} from the package in ${runtime}`
      verdicts.push(verdictOf(name, how === undefined ? undefined : `${how}\n${output}`))
    }
  }
  return verdicts
}

/**
 * Without a network, Effect comes from here as well.
 *
 * @param {string} folder
 * @param {string} tarball
 */
async function install(folder, tarball) {
  const command = [...npm(), "install", "--prefix", folder, "--no-audit", "--no-fund"]
  const options = { seconds: 180, cwd: folder }
  const name = "npm install of the package into an empty project"
  const online = await run([...command, "--prefer-offline", "--fetch-retries=0", tarball], options)
  if (online.how === undefined) return verdictOf(name, undefined)
  const effect = join(root, "node_modules/effect")
  const offline = await run([...command, "--offline", "--install-links", tarball, effect], options)
  if (offline.how === undefined) return verdictOf(`${name}, with Effect from here`, undefined)
  return verdictOf(name, `${online.how}\n${online.output}\n${offline.output}`)
}

/**
 * The types of the package suffice as they are: none of Node, Bun or Deno are needed.
 *
 * @param {Scene} scene
 * @param {string} folder
 */
async function types({ deno }, folder) {
  const compilerOptions = {
    module: "NodeNext",
    target: "ESNext",
    lib: ["ESNext", "DOM", "DOM.Iterable", "DOM.AsyncIterable"],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
  }
  const files = ["readme.ts", "consumer.ts"]
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }))
  const typescript = join(root, "node_modules/typescript/bin/tsc")
  /** @type {Verdict[]} */
  const verdicts = []
  for (
    const [name, ...command] of [
      ["tsc", process.execPath, typescript, "-p", folder],
      ["deno check", deno, "check", "--quiet", ...files],
    ]
  ) {
    const { how, output } = await run(command, { seconds: 120, cwd: folder })
    verdicts.push(
      verdictOf(
        `types of the package, by ${name}`,
        how === undefined ? undefined : `${how}\n${output}`,
      ),
    )
  }
  return verdicts
}

/**
 * @param {string} name
 * @param {string | undefined} problem
 * @returns {Verdict}
 */
const verdictOf = (name, problem) =>
  problem === undefined ? { result: "passed", name } : { result: "failed", name, detail: problem }

const expected = [
  "package.json",
  "README.md",
  "LICENSE",
  "CHANGELOG.md",
  ...["mod", "effect", "testing"].flatMap((name) => [
    `dist/src/${name}.js`,
    `dist/src/${name}.d.ts`,
  ]),
]
