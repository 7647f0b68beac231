import { Command, InvalidArgumentError } from "commander"
import process from "node:process"
import { scripts, typed } from "./scripts.mjs"

/**
 * The command line of a script. Add options, and parse it before doing anything else. `--help` prints
 * help and ends the process with status 0. An unknown option or argument ends it with status 2 and a
 * message.
 *
 * @param name as in package.json
 */
export const command = (name: keyof typeof scripts): Command =>
  new Command(typed(name))
    .description(scripts[name].purpose)
    .exitOverride((failure) => process.exit(failure.exitCode === 0 ? 0 : 2))

/** Reads a whole number in a command line. */
export const wholeNumber = (least: number, most: number) => (text: string): number => {
  const number = Number(text)
  if (Number.isInteger(number) && number >= least && number <= most) return number
  throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`)
}
