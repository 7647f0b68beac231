import { readFileSync, writeFileSync } from "node:fs"
import { type AddressInfo, createServer } from "node:net"
import { once } from "node:events"
import { basename, join } from "node:path"
import { root } from "../ready.mjs"
import { TemporaryFolder } from "../temporary_folder.ts"
import { runProgram } from "./examples.ts"
import { filesIn } from "./files.ts"
import type { Runtime, Scene } from "./gate.ts"
import { check } from "./process.ts"
import { type Snippet, snippetsIn } from "./snippet.ts"
import type { Verdict } from "./tally.ts"

/** Checks the types of every snippet in the documentation, and runs those that can run. */
export async function snippets(scene: Scene): Promise<readonly Verdict[]> {
  // Inside the project, so that "zerowire" and the packages can be resolved.
  using folder = new TemporaryFolder(".snippets-", root)
  // Snippets connect to this plain server, which reads everything at once.
  const receiver = createServer((socket) => void socket.on("error", () => {}).resume())
  receiver.listen({ host: "127.0.0.1", port: 0 }).unref()
  await once(receiver, "listening")
  const { port } = receiver.address() as AddressInfo
  const all = documents().flatMap((path) =>
    snippetsIn(path, readFileSync(join(root, path), "utf8"))
  )
    .map((snippet) => ({ ...snippet, file: write(folder.path, snippet, port) }))
  const verdicts = await typesOf(scene, folder.path, all)
  for (const { path, line, file, runs, runtimes } of all) {
    for (const runtime of scene.runtimes.filter((name) => runs && runtimes.includes(name))) {
      verdicts.push(await runProgram(scene, runtime, file, `${path}:${line}`))
    }
  }
  return verdicts
}

/** Not the reference, which repeats the comments of the sources. */
const documents = () => [
  ...["README.md", "CONTRIBUTING.md"],
  ...filesIn(["docs"], /^docs\/(?!reference\/).*\.md$/),
  ...filesIn(["src"], /(?<!_test)\.ts$/),
]

/** `tsc` checks with Bun's types, and Deno with its own. Messages name the document and the line. */
async function typesOf(
  { deno }: Scene,
  folder: string,
  all: readonly (Snippet & { readonly file: string })[],
): Promise<Verdict[]> {
  const of = (runtime: Runtime) =>
    all.filter(({ runtimes }) => runtimes.includes(runtime)).map(({ file }) => file)
  const project = {
    extends: "../tsconfig.json",
    compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
    files: of("bun").map((file) => basename(file)),
    include: [],
  }
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(project))
  const tsc = ["node", "node_modules/typescript/bin/tsc", "-p", folder]
  const denoCheck = [deno, "check", "--quiet", ...of("deno")]
  return [
    await check(`types of ${of("bun").length} snippets, by tsc`, tsc),
    await check(`types of ${of("deno").length} snippets, by deno`, denoCheck),
  ]
}

/**
 * Writes a snippet to its own file and returns the path. Empty lines before it make line numbers in
 * messages those of the document. The receiver's port replaces port 9000.
 */
function write(folder: string, { path, line, code }: Snippet, port: number): string {
  const file = join(folder, `${path.replaceAll("/", "__")}.${line}.ts`)
  const here = code.replaceAll(/\b9000\b/g, String(port))
  writeFileSync(file, `${"\n".repeat(line - 1)}${here}\nexport {}\n`)
  return file
}
