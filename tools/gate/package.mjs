import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import process from "node:process"
import { npm, root } from "../ready.mjs"
import { check, run } from "./process.mjs"
import { snippetsIn } from "./snippet.mjs"
import { verdictOf } from "./tally.mjs"

/** @typedef {import("./tally.mjs").Verdict} Verdict */
/** @typedef {import("./gate.mjs").Scene} Scene */

/**
 * What users would get, from npm and from JSR.
 *
 * @param {Scene} scene
 * @returns {Promise<readonly Verdict[]>}
 */
export async function packages(scene) {
  const folder = mkdtempSync(join(tmpdir(), "zerowire-package-"))
  try {
    const { file, paths } = await pack(folder)
    return [
      verdictOf("what npm gets", problemsOf(paths, "npm")),
      await check("publint", [...node("publint/src/cli.js"), "run", file, "--strict"]),
      // Neither runtime resolves as CommonJS does.
      await check("are the types wrong?", [
        ...[...node("@arethetypeswrong/cli/dist/index.js"), file],
        ...["--profile", "esm-only"],
      ]),
      ...await use(scene, folder, file),
      await published(scene),
    ]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

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
 * Installs the tarball into an empty project, and uses it there.
 *
 * @param {Scene} scene
 * @param {string} folder
 * @param {string} tarball
 */
async function use({ bun, deno, runtimes }, folder, tarball) {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }))
  const installed = await install(folder, tarball)
  if (installed.result !== "passed") return [installed]

  const [first] = snippetsIn("README.md", readFileSync(join(root, "README.md"), "utf8"))
  writeFileSync(join(folder, "readme.ts"), `${first.code}\nexport {}\n`)
  copyFileSync(join(root, "test/package/consumer.ts"), join(folder, "consumer.ts"))
  const files = ["readme.ts", "consumer.ts"]
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }))
  const inFolder = { cwd: folder }
  const verdicts = [
    installed,
    await check("types of the package, by tsc", [...node("typescript/bin/tsc"), "-p", folder]),
    await check("types of the package, by deno", [deno, "check", "--quiet", ...files], inFolder),
  ]
  for (const file of files) {
    for (const runtime of runtimes) {
      const command = runtime === "bun" ? [bun, file] : [deno, "run", "--no-check", "-A", file]
      verdicts.push(await check(`${file} from the package in ${runtime}`, command, inFolder))
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
  const name = "npm install of the package into an empty project"
  const options = { cwd: folder }
  const online = [...command, "--prefer-offline", "--fetch-retries=0", tarball]
  const effect = join(root, "node_modules/effect")
  const offline = [...command, "--offline", "--install-links", tarball, effect]
  const verdict = await check(name, online, options)
  if (verdict.result === "passed") return verdict
  const again = await check(`${name}, with Effect from here`, offline, options)
  return again.result === "passed" ? again : verdict
}

/**
 * What JSR would get, as `deno publish` finds it without asking the registry: the types are explicit
 * enough for JSR to write declarations by itself ("no slow types"), and the files are the right ones.
 *
 * @param {Scene} scene
 */
async function published({ deno }) {
  const command = [deno, "publish", "--dry-run", "--allow-dirty"]
  const { how, output } = await run(command, { seconds: 120 })
  const problem = how === undefined ? problemsOf(filesOf(output), "JSR") : `${how}\n${output}`
  return verdictOf("deno publish --dry-run", problem)
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
 * What is missing from a package, and what does not belong in it, in one line for each.
 *
 * @param {readonly string[]} paths
 * @param {keyof typeof contents} registry
 */
export function problemsOf(paths, registry) {
  const { expected, code } = contents[registry]
  return [
    ...expected.filter((path) => !paths.includes(path)).map((path) => `${path} is missing`),
    ...paths.filter((path) => !expected.includes(path) && (!code.test(path) || test.test(path)))
      .map((path) => `${path} does not belong in it`),
  ].join("\n")
}

/** @param {string} program in node_modules */
const node = (program) => [process.execPath, join(root, "node_modules", program)]

const pages = ["README.md", "LICENSE", "CHANGELOG.md"]
// That what `exports` names is there, publint sees.
const contents = {
  npm: { expected: ["package.json", ...pages], code: /^dist\/(ffi|src)\/.+\.(d\.ts|js|js\.map)$/ },
  JSR: {
    expected: ["deno.json", ...pages, "src/mod.ts", "src/effect.ts", "src/testing.ts"],
    code: /^(ffi|src)\/.+\.ts$/,
  },
}
const test = /_test\.[^/]+$/

/** The types of the package suffice as they are: none of Node, Bun or Deno are needed. */
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
