import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { availableParallelism, tmpdir } from "node:os"
import { join } from "node:path"
import { codeFolders, filesIn } from "./files.mjs"
import { verdictsOf } from "./junit.mjs"
import { run } from "./process.mjs"

/** @typedef {import("./tally.mjs").Verdict} Verdict */
/** @typedef {import("./gate.mjs").Scene} Scene */

/** @param {Scene} scene */
export const pure = (scene) =>
  runFiles(
    scene,
    filesIn(["ffi", "src"], testFile).filter((path) => pureTests.some((p) => path.startsWith(p))),
    (file, report) => denoCommand(scene, file, report),
  )

/** @param {Scene} scene */
export const underBun = (scene) =>
  runFiles(scene, testsFor("bun"), (file, report) => [
    ...[scene.bun, "test", "--reporter=junit", `--reporter-outfile=${report}`],
    ...[`--timeout=${testSeconds * 1000}`, `./${file}`],
  ])

/** @param {Scene} scene */
export const underDeno = (scene) =>
  runFiles(
    scene,
    testsFor("deno"),
    (file, report) => denoCommand(scene, file, report, "--allow-all"),
  )

/**
 * @param {Scene} scene
 * @param {string} file
 * @param {string} report
 * @param {readonly string[]} permissions
 */
const denoCommand = ({ deno }, file, report, ...permissions) => [
  ...[deno, "test", "--no-check", ...permissions, "--preload=./tools/gate/deno_leaks.ts"],
  ...[`--junit-path=${report}`, file],
]

/**
 * Runs each file in a process of its own, so that one that crashes or hangs takes no other with it.
 *
 * @param {Scene} scene
 * @param {readonly string[]} files
 * @param {(file: string, report: string) => readonly string[]} commandOf
 * @returns {Promise<readonly Verdict[]>}
 */
async function runFiles({ paths }, files, commandOf) {
  const chosen = files.filter((file) => paths.length === 0 || paths.some((p) => file.startsWith(p)))
  const folder = mkdtempSync(join(tmpdir(), "zerowire-gate-"))
  try {
    /** @param {string} file */
    const runFile = async (file) => {
      const report = join(folder, `${file.replaceAll("/", "_")}.xml`)
      const ended = await run(commandOf(file, report), { seconds: fileSeconds })
      return judge(file, ended, existsSync(report) ? readFileSync(report, "utf8") : undefined)
    }
    const side = await sideBySide(chosen.filter((file) => !wantsAllCpus(file)), runFile)
    const alone = []
    for (const file of chosen.filter(wantsAllCpus)) alone.push(await runFile(file))
    return [...side, ...alone].flat()
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/**
 * What one file's run says. A run that fails without naming a test is a failure of its own.
 *
 * @param {string} file
 * @param {import("./process.mjs").Ended} ended
 * @param {string | undefined} report
 * @returns {readonly Verdict[]}
 */
export function judge(file, { how, output }, report) {
  const verdicts = report === undefined ? [] : verdictsOf(report)
  const named = verdicts.map((verdict) => ({ ...verdict, name: `${file} > ${verdict.name}` }))
  if (named.some(({ result }) => result === "failed")) return named
  // Deno's status tells of leaks that are meant, too; a file that failed to load is in no report.
  const broke = how !== undefined && !(how === "ended with status 1" && onlyLeaks(output))
  if (!broke && named.length > 0) return named
  // Bun reports nothing of a group that is skipped.
  if (!broke) return [{ result: "skipped", name: file, detail: "it ran no test" }]
  return [...named, { result: "failed", name: file, detail: `${how}\n${lastLines(output)}` }]
}

/** @param {string} output */
const onlyLeaks = (output) =>
  output.includes("Leaks detected:") && !output.includes("(uncaught error)")

/** @param {string} text */
const lastLines = (text) => text.trimEnd().split("\n").slice(-shownLines).join("\n")

/**
 * @template T
 * @param {readonly string[]} files
 * @param {(file: string) => Promise<T>} runFile
 */
async function sideBySide(files, runFile) {
  /** @type {T[]} */
  const results = []
  const queue = files.entries()
  const lane = async () => {
    for (const [i, file] of queue) results[i] = await runFile(file)
  }
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, lane))
  return results
}

/**
 * Tests that load both ends of a link, each on a CPU of its own.
 *
 * @param {string} file
 */
const wantsAllCpus = (file) => /^test\/(lab|main_job|soak)\//.test(file)

/**
 * Every test, but for those of the other runtime's own things, which say so in the name of the file.
 *
 * @param {"bun" | "deno"} runtime
 */
const testsFor = (runtime) =>
  filesIn(codeFolders, testFile).filter((file) => {
    const [, only = runtime] = /(?:_|\/)(bun|deno)_test\.ts$/.exec(file) ?? []
    return only === runtime
  })

const testFile = /_test\.ts$/
/** These get no permission, which proves that what they test touches nothing. */
const pureTests = [
  ...["src/argument/", "src/memory/guard", "src/memory/held_lease", "src/memory/slab_"],
  ...["src/pieces/holds", "src/zerocopy/calibration", "src/zerocopy/chooser", "src/zerocopy/ids"],
  ...["src/zerocopy/range", "ffi/abi/errqueue"],
]

const testSeconds = 60
const fileSeconds = 240
const shownLines = 40
