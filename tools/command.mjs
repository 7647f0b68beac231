import { Command } from "commander"
import process from "node:process"
import { scripts, typed } from "./scripts.mjs"

/**
 * The command line of a script, to add options to and to parse before anything else is done. `--help`
 * prints help and ends the process with status 0; whatever it does not know ends it with status 2 and
 * a message.
 *
 * @param {keyof typeof scripts} name as in package.json
 * @returns {Command}
 */
export const command = (name) =>
  new Command(typed(name))
    .description(scripts[name].purpose)
    .exitOverride((failure) => process.exit(failure.exitCode === 0 ? 0 : 2))
