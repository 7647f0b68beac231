import type { Command } from "commander"
import { bashScript } from "./bash.ts"
import { fishScript } from "./fish.ts"
import { commandsOf, optionsOf } from "./words.ts"
import { zshScript } from "./zsh.ts"

/** A script for a shell. It has the words of the definitions, and starts no program. */
export const completionScript = (shell: keyof typeof scripts, program: Command): string =>
  scripts[shell](program.name(), optionsOf(program), commandsOf(program))

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const
