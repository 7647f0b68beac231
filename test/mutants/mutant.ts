/** A deliberate fault, and the test that has to find it. */
export interface Mutant {
  /** Words with dashes between. */
  readonly name: string
  /** What is wrong, as a sentence of its own. */
  readonly fault: string
  /** What it would do to a user, as a sentence of its own. */
  readonly harm: string
  /** The changes that make it. */
  readonly edits: readonly Edit[]
  readonly caughtBy: Catcher
  /** Whether the gate tries it each time, which takes about a second. Default false. */
  readonly inGate?: boolean
}

/** Replaces a text that stands in a file exactly once. */
export interface Edit {
  /** The path from the root of the project. */
  readonly file: string
  readonly find: string
  readonly replace: string
}

export interface Catcher {
  /** The path from the root of the project. Tests in `test/lab` need root. */
  readonly file: string
  /** The name of the test, without those of its groups. */
  readonly test: string
  /** For a fault in what is one runtime's own. Default `"bun"`. */
  readonly runtime?: Runtime
}

export type Runtime = "bun" | "deno"

/** Faults that break the same promise. */
export interface Group {
  readonly promise: string
  readonly mutants: readonly Mutant[]
}

/** Whether the lab must be there to find it. */
export const needsLab = ({ caughtBy }: Mutant): boolean => /^test\/(lab|soak)\//.test(caughtBy.file)

/**
 * A file with an edit made.
 *
 * @throws {Error} unless the text stands in it exactly once: the code was changed, and the edit has to
 * follow.
 */
export function edited(text: string, { file, find, replace }: Edit): string {
  const parts = text.split(find)
  if (parts.length === 2) return parts.join(replace)
  const how = parts.length === 1 ? "is not there" : `is there ${parts.length - 1} times`
  throw new Error(`Cannot edit ${file}: the text to replace ${how}:\n${find}`)
}
