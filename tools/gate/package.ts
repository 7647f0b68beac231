import { copyFileSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { npm, root } from "../ready.mjs"
import { TemporaryFolder } from "../temporary_folder.ts"
import { programIn } from "./examples.ts"
import { startCommand } from "./package_command.ts"
import { useUnpacked } from "./package_unpacked.ts"
import type { Scene } from "./gate.ts"
import { check, run } from "./process.ts"
import { snippetsIn } from "./snippet.ts"
import { type Verdict, verdictOf } from "./tally.ts"

/** Checks the packages that users would get from npm and from JSR. */
export async function packages(scene: Scene): Promise<readonly Verdict[]> {
  using temporary = new TemporaryFolder("zerowire-package-")
  const folder = temporary.path
  const { file, paths } = await pack(folder)
  return [
    verdictOf("what npm gets", problemsOf(paths, "npm")),
    verdictOf("sources that the source maps name", missingSources(paths)),
    await check("publint", [...inNode("publint/src/cli.js"), "run", file, "--strict"]),
    // Neither runtime resolves modules as CommonJS does.
    await check("are the types wrong?", [
      ...[...inNode("@arethetypeswrong/cli/dist/index.js"), file],
      ...["--profile", "esm-only"],
    ]),
    ...await use(scene, folder, file),
    await published(scene),
  ]
}

async function pack(folder: string) {
  const command = [...npm(), "pack", "--json", "--pack-destination", folder]
  const { how, stdout, output } = await run(command)
  if (how !== undefined) throw new Error(`npm pack ${how}\n${output}`)
  const [{ filename, files }]: [{ filename: string; files: { path: string }[] }] = JSON.parse(
    stdout.slice(stdout.indexOf("[\n")),
  )
  return { file: join(folder, filename), paths: files.map(({ path }) => path) }
}

/** Installs the tarball into an empty project and uses it there. */
async function use(scene: Scene, folder: string, tarball: string): Promise<readonly Verdict[]> {
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }))
  const installed = await install(folder, tarball)
  if (installed.result !== "passed") return [installed]

  const [first] = snippetsIn("README.md", readFileSync(join(root, "README.md"), "utf8"))
  writeFileSync(join(folder, "readme.ts"), `${first.code}\nexport {}\n`)
  copyFileSync(join(root, "test/package/consumer.ts"), join(folder, "consumer.ts"))
  const files = ["readme.ts", "consumer.ts"]
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }))
  const there = { cwd: folder }
  const denoCheck = [scene.deno, "check", "--quiet", ...files]
  const verdicts = [
    installed,
    await check("types of the package, by tsc", [...inNode("typescript/bin/tsc"), "-p", folder]),
    await check("types of the package, as bundlers resolve them", [
      ...[...inNode("typescript/bin/tsc"), "-p", folder],
      ...["--module", "ESNext", "--moduleResolution", "bundler"],
    ]),
    await check("types of the package, by deno", denoCheck, there),
  ]
  copyFileSync(join(root, "test/package/stack.ts"), join(folder, "stack.ts"))
  for (const file of [...files, "stack.ts"]) {
    for (const runtime of scene.runtimes) {
      const name = `${file} from the package in ${runtime}`
      verdicts.push(await check(name, programIn(scene, runtime, file), there))
    }
  }
  return [
    ...verdicts,
    ...await useUnpacked(scene, folder, tarball),
    ...await startCommand(scene, folder),
  ]
}

/** Without a network, this project's copies of the dependencies are installed. */
async function install(folder: string, tarball: string): Promise<Verdict> {
  const command = [...npm(), "install", "--prefix", folder, "--no-audit", "--no-fund"]
  const name = "npm install of the package into an empty project"
  const there = { cwd: folder }
  const online = [...command, "--prefer-offline", "--fetch-retries=0", tarball]
  const verdict = await check(name, online, there)
  if (verdict.result === "passed") return verdict
  const copies = dependencies.map((name) => join(root, "node_modules", name))
  const offline = [...command, "--offline", "--install-links", tarball, ...copies]
  const again = await check(`${name}, with dependencies from here`, offline, there)
  return again.result === "passed" ? again : verdict
}

/**
 * Checks what JSR would get, with a dry run of `deno publish`: the types are explicit enough for JSR to
 * write declarations ("no slow types"), and the files are the right ones.
 */
async function published({ deno }: Scene): Promise<Verdict> {
  const { how, output } = await run([deno, "publish", "--dry-run", "--allow-dirty"])
  const problem = how === undefined ? problemsOf(filesOf(output), "JSR") : `${how}\n${output}`
  return verdictOf("deno publish --dry-run", problem)
}

/** The files that `deno publish` listed, as paths from the root. */
export function filesOf(output: string): readonly string[] {
  const urls = [...output.matchAll(/^ +(file:\S+) \([\d.]+\w+\)$/gm)].map(([, url]) => url)
  const config = urls.find((url) => url.endsWith("/deno.json")) ?? ""
  return urls.map((url) => url.slice(config.lastIndexOf("/") + 1))
}

/** Files that are missing from a package, and files that do not belong in it, one per line. */
export function problemsOf(paths: readonly string[], registry: keyof typeof contents): string {
  const { expected, code } = contents[registry]
  return [
    ...expected.filter((path) => !paths.includes(path)).map((path) => `${path} is missing`),
    ...paths.filter((path) => !expected.includes(path) && (!code.test(path) || test.test(path)))
      .map((path) => `${path} does not belong in it`),
  ].join("\n")
}

/** What is installed with the package. `content-type` is one of Negotiator's. */
const dependencies = ["commander", "effect", "mime", "negotiator", "content-type"]

/** A source map without its source makes Deno print wrong lines, one per line. */
function missingSources(paths: readonly string[]): string {
  return paths.filter((path) => path.endsWith(".js.map")).flatMap((path) => {
    const { sources }: { sources: string[] } = JSON.parse(readFileSync(join(root, path), "utf8"))
    return sources.map((source) => join(dirname(path), source))
  }).filter((source) => !paths.includes(source)).map((source) => `${source} is missing`).join("\n")
}

const inNode = (program: string) => ["node", join(root, "node_modules", program)]

const pages = ["README.md", "LICENSE", "CHANGELOG.md"]
// publint checks that the files in `exports` exist.
const contents = {
  // Source maps point at the sources.
  npm: {
    expected: ["package.json", ...pages],
    code: /^(dist\/(ffi|src)\/.+\.(d\.ts|js|js\.map)|(ffi|src)\/.+\.ts)$/,
  },
  JSR: {
    expected: [
      "deno.json",
      ...pages,
      "src/mod.ts",
      "src/effect.ts",
      "src/effect_http.ts",
      "src/http.ts",
      "src/testing.ts",
      "src/doctor.ts",
    ],
    code: /^(ffi|src)\/.+\.ts$/,
  },
}
const test = /_test\.[^/]+$/

/** The package's types work without those of Node, Bun or Deno. */
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
