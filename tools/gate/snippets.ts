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

/** Checks the types of every snippet of the documentation, and runs those that can run. */
export async function snippets(scene: Scene): Promise<readonly Verdict[]> {
  // Inside the project, so that "zerowire" and the packages are found from there.
  using folder = new TemporaryFolder(".snippets-", root)
  // What they connect to: a plain server that takes in everything, and keeps nobody waiting.
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

/** The reference repeats the comments of the sources. */
const documents = () => [
  ...["README.md", "CONTRIBUTING.md"],
  ...filesIn(["docs"], /^docs\/(?!reference\/).*\.md$/),
  ...filesIn(["src"], /(?<!_test)\.ts$/),
]

/** TypeScript knows Bun's types and Deno its own. What they say names the document and its line. */
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
 * Writes a snippet to a file of its own and answers its path. Empty lines come before it, so that a
 * message about a line is about that line of the document. Port 9000 is that of the receiver.
 */
function write(folder: string, { path, line, code }: Snippet, port: number): string {
  const file = join(folder, `${path.replaceAll("/", "__")}.${line}.ts`)
  const here = code.replaceAll(/\b9000\b/g, String(port))
  writeFileSync(file, `${"\n".repeat(line - 1)}${here}\nexport {}\n`)
  return file
}
