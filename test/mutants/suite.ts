import { labObstacle } from "../../lab/lab.ts"
import { type Catcher, type Mutant, needsLab } from "./mutant.ts"
import { Tree } from "./tree.ts"
import { type Binaries, type Outcome, runTests, tryMutant } from "./trial.ts"

/**
 * Tries mutants, two at a time; those that need the lab load both ends of a link, and go alone. Tells
 * each outcome as it comes.
 */
export async function tryAll(
  mutants: readonly Mutant[],
  binaries: Binaries,
  tell: (outcome: Outcome) => void,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  const end = (outcome: Outcome) => {
    outcomes.push(outcome)
    tell(outcome)
  }
  const batches = [...Map.groupBy(mutants, testsOf).values()]
  await inLanes(2, batches.filter(([mutant]) => !needsLab(mutant)), binaries, end)
  const rest = batches.filter(([mutant]) => needsLab(mutant))
  const obstacle = rest.length > 0 ? labObstacle() : undefined
  if (obstacle === undefined) await inLanes(1, rest, binaries, end)
  else for (const mutant of rest.flat()) end({ mutant, is: "skipped", how: obstacle })
  return outcomes
}

/** Mutants that tests of the same file have to catch in the same runtime. */
const testsOf = ({ caughtBy: { file, runtime = "bun" } }: Mutant): string => `${runtime} ${file}`

async function inLanes(
  count: number,
  batches: readonly (readonly Mutant[])[],
  binaries: Binaries,
  end: (outcome: Outcome) => void,
): Promise<void> {
  const queue = batches.values()
  const lane = async () => {
    using tree = new Tree()
    for (const batch of queue) await tryBatch(tree, batch, binaries, end)
  }
  await Promise.all(Array.from({ length: Math.min(count, batches.length) }, lane))
}

/** Sees the tests pass on the sound tree, then tries each mutant. */
async function tryBatch(
  tree: Tree,
  mutants: readonly Mutant[],
  binaries: Binaries,
  end: (outcome: Outcome) => void,
): Promise<void> {
  const start = performance.now()
  const sound = await runTests(tree, catchersOf(mutants), binaries, soundSeconds)
  const seconds = (performance.now() - start) / 1000
  const results = new Map(catchersOf(mutants).map(({ test }, i) => [test, sound[i]]))
  for (const mutant of mutants) {
    const result = results.get(mutant.caughtBy.test)
    if (result?.is !== "passed") {
      end({ mutant, is: "missed", how: `the test does not pass without the fault: ${result?.how}` })
      continue
    }
    end(await tryMutant(tree, mutant, binaries, Math.ceil(leastSeconds + slack * seconds)))
  }
}

const catchersOf = (mutants: readonly Mutant[]): readonly Catcher[] => [
  ...new Map(mutants.map(({ caughtBy }) => [caughtBy.test, caughtBy])).values(),
]

/** A machine that does something else meanwhile must not look like a test that hangs. */
const slack = 3
const leastSeconds = 10
const soundSeconds = 120
