import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { basename, join } from "node:path"
import process from "node:process"
import { root } from "../ready.mjs"
import { runProgram } from "./examples.mjs"
import { filesIn } from "./files.mjs"
import { check } from "./process.mjs"
import { snippetsIn } from "./snippet.mjs"

/** @typedef {import("./tally.mjs").Verdict} Verdict */
/** @typedef {import("./gate.mjs").Scene} Scene */

/**
 * Checks the types of every snippet of the documentation, and runs those that can run.
 *
 * @param {Scene} scene
 * @returns {Promise<readonly Verdict[]>}
 */
export async function snippets(scene) {
  // Inside the project, so that "zerowire" and the packages are found from there.
  const folder = mkdtempSync(join(root, ".snippets-"))
  const receiver = await startReceiver()
  try {
    const all = documents().flatMap((path) =>
      snippetsIn(path, readFileSync(join(root, path), "utf8"))
    )
      .map((snippet) => ({ ...snippet, file: write(folder, snippet, receiver.port) }))
    const verdicts = await typesOf(scene, folder, all)
    for (const { path, line, file, runs, runtimes } of all) {
      for (const runtime of scene.runtimes.filter((name) => runs && runtimes.includes(name))) {
        verdicts.push(await runProgram(scene, runtime, file, `${path}:${line}`))
      }
    }
    return verdicts
  } finally {
    receiver.close()
    rmSync(folder, { recursive: true })
  }
}

/** The reference repeats the comments of the sources. */
const documents = () => [
  ...["README.md", "CONTRIBUTING.md"],
  ...filesIn(["docs"], /^docs\/(?!reference\/).*\.md$/),
  ...filesIn(["src"], /(?<!_test)\.ts$/),
]

/**
 * TypeScript knows Bun's types and Deno its own. What they say names the document and its line.
 *
 * @param {Scene} scene
 * @param {string} folder
 * @param {readonly (import("./snippet.mjs").Snippet & { file: string })[]} all
 */
async function typesOf({ deno }, folder, all) {
  /** @param {"bun" | "deno"} runtime */
  const of = (runtime) =>
    all.filter(({ runtimes }) => runtimes.includes(runtime)).map(({ file }) => file)
  const project = {
    extends: "../tsconfig.json",
    compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
    files: of("bun").map((file) => basename(file)),
    include: [],
  }
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(project))
  const tsc = [process.execPath, "node_modules/typescript/bin/tsc", "-p", folder]
  return [
    await check(`types of ${of("bun").length} snippets, by tsc`, tsc),
    await check(`types of ${of("deno").length} snippets, by deno`, [
      ...[deno, "check", "--quiet"],
      ...of("deno"),
    ]),
  ]
}

/**
 * Writes a snippet to a file of its own and answers its path. Empty lines come before it, so that a
 * message about a line is about that line of the document. Port 9000 is that of the gate's receiver.
 *
 * @param {string} folder
 * @param {import("./snippet.mjs").Snippet} snippet
 * @param {number} port
 */
function write(folder, { path, line, code }, port) {
  const file = join(folder, `${path.replaceAll("/", "__")}.${line}.ts`)
  const here = code.replaceAll(/\b9000\b/g, String(port))
  writeFileSync(file, `${"\n".repeat(line - 1)}${here}\nexport {}\n`)
  return file
}

/**
 * What snippets connect to: a plain server that takes in everything.
 *
 * @returns {Promise<{ port: number, close(): void }>}
 */
function startReceiver() {
  const server = createServer((socket) => void socket.on("error", () => {}).resume())
  return new Promise((resolve, reject) => {
    server.on("error", reject)
    server.listen({ host: "127.0.0.1", port: 0 }, () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address())
      resolve({ port, close: () => server.close() })
    })
  })
}
