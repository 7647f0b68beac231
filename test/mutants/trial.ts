import { join } from "node:path"
import { verdictsOf } from "../../tools/gate/junit.ts"
import { run } from "../../tools/gate/process.ts"
import type { Catcher, Mutant, Runtime } from "./mutant.ts"
import type { Tree } from "./tree.ts"

/** What became of a test. */
export type Result =
  | { readonly is: "passed" }
  /** `how` is the first line of what it said, or that it hung or crashed. */
  | { readonly is: "failed"; readonly how: string }
  /** There is no such test, it was skipped, or its file did not even load. */
  | { readonly is: "not run"; readonly how: string }

/** What became of a mutant. */
export interface Outcome {
  readonly mutant: Mutant
  readonly is: "caught" | "missed" | "skipped"
  /** How it was caught, or why not. */
  readonly how: string
}

/** Where the runtimes' binaries are. */
export type Binaries = Readonly<Partial<Record<Runtime, string>>>

/** Tries a mutant: the test that is to catch it runs on a tree with the fault, and has to fail. */
export async function tryMutant(
  tree: Tree,
  mutant: Mutant,
  binaries: Binaries,
  seconds: number,
): Promise<Outcome> {
  try {
    const [result] = await tree.withEdits(
      mutant.edits,
      () => runTests(tree, [mutant.caughtBy], binaries, seconds),
    )
    return { mutant, ...judge(result) }
  } catch (failure) {
    return { mutant, is: "missed", how: failure instanceof Error ? failure.message : `${failure}` }
  }
}

function judge(result: Result): { is: "caught" | "missed"; how: string } {
  switch (result.is) {
    case "passed":
      return { is: "missed", how: "the test passes" }
    case "failed":
      return { is: "caught", how: result.how }
    case "not run":
      // A fault that keeps the file from loading is found by anybody, and proves nothing of the test.
      return { is: "missed", how: `the test did not run: ${result.how}` }
  }
}

/**
 * Runs tests of one file in one runtime, and answers what became of each. When it takes longer than
 * `seconds`, whatever is not done has failed.
 */
export async function runTests(
  tree: Tree,
  catchers: readonly Catcher[],
  binaries: Binaries,
  seconds: number,
): Promise<readonly Result[]> {
  const { file, runtime = "bun" } = catchers[0]
  const binary = binaries[runtime]
  if (binary === undefined) throw new Error(`Cannot run ${file}: there is no ${runtime} here`)
  const report = join(tree.folder, "report.xml")
  tree.write("report.xml", "")
  const command = commands[runtime](binary, report, catchers.map(({ test }) => test), file, seconds)
  const { how, status, output } = await run(command, { seconds: seconds + 1, cwd: tree.folder })
  // Hung or crashed. The sound tree does neither, or its tests would not have passed.
  const dead = how !== undefined && status === null
  const xml = tree.read("report.xml")
  const verdicts = xml === "" ? [] : verdictsOf(xml)
  return catchers.map(({ test }): Result => {
    const verdict = verdicts.find(({ name }) => name === test || name.endsWith(` > ${test}`))
    if (verdict?.result === "passed") return { is: "passed" }
    if (verdict?.result === "failed") return { is: "failed", how: firstLine(verdict.detail ?? "") }
    if (dead) return { is: "failed", how: `the runtime ${how}` }
    if (verdict?.result === "skipped") return { is: "not run", how: "it was skipped" }
    return { is: "not run", how: `${how ?? "there is no such test"}\n${output}` }
  })
}

const firstLine = (text: string): string =>
  text.split("\n").find((line) => line.trim() !== "") ?? ""

type Command = (
  binary: string,
  report: string,
  tests: readonly string[],
  file: string,
  seconds: number,
) => string[]

const commands: Readonly<Record<Runtime, Command>> = {
  bun: (binary, report, tests, file, seconds) => [
    ...[binary, "test", "--reporter=junit", `--reporter-outfile=${report}`],
    ...["-t", anyOf(tests), `--timeout=${seconds * 1000}`, `./${file}`],
  ],
  // The names of groups decide what runs in Deno, so a test that stands in one cannot be picked.
  deno: (binary, report, tests, file) => [
    ...[binary, "test", "--no-check", "--allow-all", "--quiet", `--junit-path=${report}`],
    ...[`--filter=/${anyOf(tests)}/`, file],
  ],
}

const anyOf = (tests: readonly string[]): string =>
  tests.map((test) => test.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&")).join("|")
