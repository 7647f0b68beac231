import { InvalidArgumentError, Option } from "commander"
import { command } from "../../tools/command.ts"
import type { Mutant } from "./mutant.ts"

/** What the command line asks for. */
export interface Options {
  /** Those to try. */
  readonly mutants: readonly Mutant[]
  /** Whether to write the page afterwards. */
  readonly write: boolean
}

/** Reads the command line; ends the process with a message when it is wrong. */
export function parse(args: readonly string[], all: readonly Mutant[]): Options {
  const program = command("mutants")
    .addOption(
      new Option(
        "--only <names>",
        "only these faults, with commas between; a part of a name will do",
      )
        .argParser((text: string) => chosen(text, all)),
    )
    .option("--write", "write docs/mutants.md when every fault was caught", false)
    .parse(args, { from: "user" })
  const { only = all, write } = program.opts<{ only?: readonly Mutant[]; write: boolean }>()
  if (write && only !== all) {
    program.error("error: the page is about all faults: --write goes without --only")
  }
  return { mutants: only, write }
}

function chosen(text: string, all: readonly Mutant[]): readonly Mutant[] {
  const parts = text.split(",")
  const unknown = parts.find((part) => !all.some(({ name }) => name.includes(part)))
  if (unknown !== undefined) throw new InvalidArgumentError(`There is no fault "${unknown}".`)
  return all.filter(({ name }) => parts.some((part) => name.includes(part)))
}
