import { InvalidArgumentError, Option } from "commander"
import { command } from "../command.mjs"

/**
 * Reads the command line; ends the process with a message when it is wrong.
 *
 * @param {readonly string[]} args
 * @param {readonly string[]} stages
 * @returns {{ only: readonly string[], runtimes: readonly ("bun" | "deno")[], paths: readonly string[] }}
 */
export function parse(args, stages) {
  const program = command("test")
    .argument("[paths...]", "only the tests below these paths, such as src/socket")
    .addOption(
      new Option("--only <stages>", `only these stages, with commas between: ${stages.join(", ")}`)
        .argParser((text) => toStages(text, stages)),
    )
    .addOption(
      new Option("--runtime <name>", "run code in this runtime alone").choices(["bun", "deno"]),
    )
    .parse(args, { from: "user" })
  const { only = [], runtime } = program.opts()
  return {
    only,
    runtimes: runtime === undefined ? ["bun", "deno"] : [runtime],
    paths: program.args.map((path) => path.replace(/^\.\//, "")),
  }
}

/**
 * @param {string} text
 * @param {readonly string[]} stages
 */
function toStages(text, stages) {
  const names = text.split(",")
  const unknown = names.find((name) => !stages.includes(name))
  if (unknown === undefined) return names
  throw new InvalidArgumentError(`There is no stage "${unknown}".`)
}
