import type { Command } from "commander"

/** What a shell may offer for one command. */
export interface CommandWords {
  readonly name: string
  readonly description: string
  readonly options: readonly OptionWords[]
  /** One for each argument, in order. */
  readonly takes: readonly ArgumentWords[]
}

export interface OptionWords {
  /** As in `-q`. */
  readonly short?: string
  /** As in `--quiet`. */
  readonly long: string
  readonly description: string
  /** The next word is its value, which no shell can guess. */
  readonly hasValue: boolean
}

export type ArgumentWords = "file" | "folder" | "other" | readonly string[]

/** The commands of a program, from its definitions. */
export const commandsOf = (program: Command): readonly CommandWords[] =>
  program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: optionsOf(command),
    takes: command.registeredArguments.map((argument) =>
      argument.argChoices ?? kinds[argument.name()] ?? "other"
    ),
  }))

/** The options of a command or of the program itself, with `--help`. */
export const optionsOf = (command: Command): readonly OptionWords[] =>
  command.createHelp().visibleOptions(command).flatMap((option) => {
    const { short, long, description } = option
    if (!long) return []
    const hasValue = option.required || option.optional
    return [{ ...(short ? { short } : {}), long, description, hasValue }]
  })

/** What arguments are called in the definitions. */
const kinds: Readonly<Record<string, ArgumentWords>> = { file: "file", dir: "folder" }
