import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { basename, join } from "node:path"
import process from "node:process"
import { root } from "../ready.mjs"
import { runProgram } from "./examples.mjs"
import { filesIn } from "./files.mjs"
import { run } from "./process.mjs"
import { snippetsIn } from "./snippet.mjs"

/** @typedef {import("./tally.mjs").Verdict} Verdict */
/** @typedef {import("./gate.mjs").Scene} Scene */
/** @typedef {import("./snippet.mjs").Snippet} Snippet */

/**
 * Checks the types of every snippet of the documentation, and runs those that can run.
 *
 * @param {Scene} scene
 * @returns {Promise<readonly Verdict[]>}
 */
export async function snippets(scene) {
  const found = documents().flatMap((path) =>
    snippetsIn(path, readFileSync(join(root, path), "utf8"))
  )
  // Inside the project, so that "zerowire" and the packages are found from there.
  const folder = mkdtempSync(join(root, ".snippets-"))
  const receiver = await startReceiver()
  try {
    const verdicts = [...await check(scene, folder, found)]
    for (const snippet of found.filter(({ runs }) => runs)) {
      const file = write(
        folder,
        snippet,
        snippet.code.replaceAll(documentedPort, String(receiver.port)),
      )
      for (const runtime of scene.runtimes.filter((name) => snippet.runtimes.includes(name))) {
        verdicts.push(await runProgram(scene, runtime, file, nameOf(snippet)))
      }
    }
    return verdicts
  } finally {
    receiver.close()
    rmSync(folder, { recursive: true })
  }
}

/** @returns {readonly string[]} */
const documents = () => [
  ...["README.md", "CONTRIBUTING.md"].filter((path) => existsSync(join(root, path))),
  // The reference repeats the comments of the sources.
  ...filesIn(["docs"], /^docs\/(?!reference\/).*\.md$/),
  ...filesIn(["src"], /(?<!_test)\.ts$/),
]

/**
 * @param {Scene} scene
 * @param {string} folder
 * @param {readonly Snippet[]} found
 * @returns {Promise<readonly Verdict[]>}
 */
async function check({ deno }, folder, found) {
  const files = new Map(found.map((snippet) => [write(folder, snippet, snippet.code), snippet]))
  if (files.size === 0) return []
  /** @param {"bun" | "deno"} runtime */
  const of = (runtime) => [...files].filter(([, { runtimes }]) => runtimes.includes(runtime))
  // TypeScript knows Bun's types and Deno its own.
  const project = {
    extends: "../tsconfig.json",
    compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
    files: of("bun").map(([file]) => basename(file)),
    include: [],
  }
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(project))
  const typescript = [process.execPath, "node_modules/typescript/bin/tsc", "-p", folder]
  const checks = [
    await run(typescript, { seconds: 120 }),
    await run([deno, "check", "--quiet", ...of("deno").map(([file]) => file)], { seconds: 120 }),
  ]
  const output = checks.filter(({ how }) => how !== undefined).map(({ output }) => output).join(
    "\n",
  )
  const wrong = [...files].filter(([file]) => output.includes(basename(file)))
  /** @type {Verdict[]} */
  const verdicts = [...files].filter((entry) => !wrong.includes(entry)).map(([, snippet]) => (
    { result: "passed", name: `types of ${nameOf(snippet)}` }
  ))
  if (output === "") return verdicts
  const names = wrong.map(([, snippet]) => nameOf(snippet)).join(", ") ||
    "the code that they import"
  return [...verdicts, { result: "failed", name: `types of ${names}`, detail: output }]
}

/**
 * Writes a snippet to a file of its own and answers its path. Empty lines come before it, so that a
 * message about a line is about that line of the document.
 *
 * @param {string} folder
 * @param {Snippet} snippet
 * @param {string} code
 */
function write(folder, { path, line }, code) {
  const file = join(folder, `${path.replaceAll("/", "__")}.${line}.ts`)
  writeFileSync(file, `${"\n".repeat(line - 1)}${code}\nexport {}\n`)
  return file
}

/** @param {Snippet} snippet */
const nameOf = ({ path, line }) => `${path}:${line}`

/**
 * What snippets connect to: a plain server that takes in everything.
 *
 * @returns {Promise<{ port: number, close(): void }>}
 */
function startReceiver() {
  const server = createServer((socket) => {
    socket.on("error", () => {}).resume()
  })
  return new Promise((resolve, reject) => {
    server.on("error", reject)
    server.listen({ host: "127.0.0.1", port: 0 }, () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address())
      resolve({ port, close: () => server.close() })
    })
  })
}

/** The port that snippets name; where they run, it is that of a receiver of the gate. */
const documentedPort = /\b9000\b/g
