import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { TemporaryFolder } from "../temporary_folder.ts"
import { codeFolders, filesIn } from "./files.ts"
import type { Runtime, Scene } from "./gate.ts"
import { verdictsOf } from "./junit.ts"
import { type Ended, run } from "./process.ts"
import type { Verdict } from "./tally.ts"

export const pure = (scene: Scene): Promise<readonly Verdict[]> =>
  runFiles(
    scene,
    filesIn(["ffi", "src"], testFile).filter((path) => pureTests.some((p) => path.startsWith(p))),
    (file, report) => denoCommand(scene, file, report),
  )

export const underBun = (scene: Scene): Promise<readonly Verdict[]> =>
  runFiles(scene, testsFor("bun", scene), (file, report) => bunCommand(scene, file, report))

export const underDeno = (scene: Scene): Promise<readonly Verdict[]> =>
  runFiles(
    scene,
    testsFor("deno", scene),
    (file, report) => denoCommand(scene, file, report, "--allow-all"),
  )

/** Runs the test files below `paths` as if this machine had no libc. */
export const testsWithoutLibc = (
  scene: Scene,
  runtime: Runtime,
  paths: readonly string[],
): Promise<readonly Verdict[]> =>
  runFiles(
    scene,
    testsFor(runtime, scene).filter((file) => paths.some((path) => file.startsWith(path))),
    (file, report) => [
      ...["env", "ZEROWIRE_LIBC=missing"],
      ...(runtime === "bun"
        ? bunCommand(scene, file, report)
        : denoCommand(scene, file, report, "--allow-all")),
    ],
  )

const bunCommand = ({ bun }: Scene, file: string, report: string) => [
  ...[bun, "test", "--reporter=junit", `--reporter-outfile=${report}`],
  ...[`--timeout=${testSeconds * 1000}`, `./${file}`],
]

const denoCommand = ({ deno }: Scene, file: string, report: string, ...permissions: string[]) => [
  ...[deno, "test", "--no-check", ...permissions, "--preload=./tools/gate/deno_leaks.ts"],
  ...[`--junit-path=${report}`, file],
]

/** Runs each file in its own process, so that one that crashes or hangs does not affect the others. */
async function runFiles(
  { paths }: Scene,
  files: readonly string[],
  commandOf: (file: string, report: string) => readonly string[],
): Promise<readonly Verdict[]> {
  const chosen = files.filter((file) => paths.length === 0 || paths.some((p) => file.startsWith(p)))
  using reports = new TemporaryFolder("zerowire-gate-")
  const runFile = async (file: string) => {
    const report = join(reports.path, `${file.replaceAll("/", "_")}.xml`)
    const load = isHeavy(file) ? "heavy" : "light"
    const ended = await run(commandOf(file, report), { seconds: fileSeconds, load })
    return judge(file, ended, existsSync(report) ? readFileSync(report, "utf8") : undefined)
  }
  return (await Promise.all(chosen.map(runFile))).flat()
}

/** The verdict on one file. A run that fails without naming a test counts as one failure. */
export function judge(
  file: string,
  { how, output }: Ended,
  report: string | undefined,
): readonly Verdict[] {
  const verdicts = report === undefined ? [] : verdictsOf(report)
  const named = verdicts.map((verdict) => ({ ...verdict, name: `${file} > ${verdict.name}` }))
  if (named.some(({ result }) => result === "failed")) return named
  // Deno's status also reports intended leaks. No report mentions a file that failed to load.
  const broke = how !== undefined && !(how === "ended with status 1" && onlyLeaks(output))
  if (!broke && named.length > 0) return named
  // Bun does not report a skipped group.
  if (!broke) return [{ result: "skipped", name: file, detail: "it ran no test" }]
  const lastLines = output.trimEnd().split("\n").slice(-shownLines).join("\n")
  return [...named, { result: "failed", name: file, detail: `${how}\n${lastLines}` }]
}

const onlyLeaks = (output: string): boolean =>
  output.includes("Leaks detected:") && !output.includes("(uncaught error)")

/** Tests that keep both ends of a link busy. */
const isHeavy = (file: string): boolean => /^test\/(lab|main_job|soak)\//.test(file)

/**
 * All tests except those for the other runtime only, which have its name in the file's name. Bun alone runs
 * those that only start programs, unless Deno is the only runtime.
 */
export const testsFor = (runtime: Runtime, { runtimes }: Pick<Scene, "runtimes">) => {
  const [first] = runtimes
  return filesIn(codeFolders, testFile).filter((file) => {
    const [, only = runtime] = /(?:_|\/)(bun|deno)_test\.ts$/.exec(file) ?? []
    return only === runtime && (runtime === first || !onlyStarts.test(file))
  })
}

const testFile = /_test\.ts$/
/** These start the same programs in either runtime, and take two minutes of CPU time. */
const onlyStarts =
  /^(lab\/main|test\/main_job\/|test\/permissions\/permissions|tools\/run)\w*_test\.ts$/
/** These run without any permission, which proves that the code they test touches nothing. */
const pureTests = [
  ...["src/argument/", "src/memory/guard", "src/memory/held_lease", "src/memory/slab_"],
  ...["src/pieces/holds", "src/zerocopy/calibration", "src/zerocopy/chooser", "src/zerocopy/ids"],
  ...["src/zerocopy/range", "ffi/abi/errqueue"],
]

/** Of tests without a limit of their own. Beside others, random ones took 35 s. */
const testSeconds = 120
const fileSeconds = 480
const shownLines = 40
