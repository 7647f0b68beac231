import { run } from "../../tools/gate/process.ts"
import { edited, type Mutant } from "./mutant.ts"
import { Tree } from "./tree.ts"

/**
 * Checks that the faults are faults of sense, and not of types: a name that is misspelt would make any
 * test fail. Each file with a fault is laid beside the sound one, so that one run checks them all.
 *
 * Answers what the compiler says of each mutant that is wrong.
 */
export async function wrongTypes(
  mutants: readonly Mutant[],
  deno: string,
): Promise<ReadonlyMap<Mutant, string>> {
  using tree = new Tree()
  const files = new Map(mutants.flatMap((mutant) => [...lay(tree, mutant)]))
  const command = [deno, "check", "--quiet", ...files.keys()]
  const { how, output } = await run(command, { seconds: 240, cwd: tree.folder })
  const wrong = new Map<Mutant, string>()
  if (how === undefined) return wrong
  const complaints = output.split(/\n\s*\n/)
  for (const [file, mutant] of files) {
    const complaint = complaints.find((text) => text.includes(file))
    if (complaint !== undefined) wrong.set(mutant, complaint)
  }
  if (wrong.size === 0) throw new Error(`Cannot check the types of the faults: ${how}\n${output}`)
  return wrong
}

/** Writes the files that a mutant changes under names of their own. */
function* lay(tree: Tree, mutant: Mutant): Iterable<[file: string, mutant: Mutant]> {
  const texts = new Map<string, string>()
  for (const edit of mutant.edits) {
    texts.set(edit.file, edited(texts.get(edit.file) ?? tree.read(edit.file), edit))
  }
  for (const [file, text] of texts) {
    const name = file.replace(/\.ts$/, `__${mutant.name}.ts`)
    tree.write(name, text)
    yield [name, mutant]
  }
}
