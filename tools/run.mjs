/**
 * What every script of package.json starts: installs what is missing, then runs the program that
 * `scripts.mjs` has under that name.
 *
 *     node tools/run.mjs NAME [ARGUMENTS]
 *
 * @module
 */
import { join } from "node:path"
import process from "node:process"
import { launch } from "./launch.mjs"
import { isReady, makeReady, NotReady, root } from "./ready.mjs"
import { scripts, typed } from "./scripts.mjs"

const [name, ...args] = process.argv.slice(2)
const script = Object.hasOwn(scripts, name ?? "") ? scripts[name] : undefined
if (script === undefined) {
  const names = Object.keys(scripts).join(", ")
  process.stderr.write(`There is no script "${name ?? ""}". Use one of: ${names}\n`)
  process.exitCode = 2
} else if (asksForHelp(args) && !isReady()) sayPurpose(name, script)
else run(script)

/** @param {import("./scripts.mjs").Script} script */
function run({ program, lastWords }) {
  try {
    const { bun } = makeReady()
    launch(bun, [join(root, program), ...args])
  } catch (failure) {
    if (!(failure instanceof NotReady)) throw failure
    process.stderr.write(`${failure.message}\n`)
    if (lastWords !== undefined) process.stdout.write(`${lastWords}\n`)
    process.exitCode = 1
  }
}

/** @param {readonly string[]} args */
function asksForHelp(args) {
  return args.includes("--help") || args.includes("-h")
}

/**
 * What can be told without the packages: asking for help is no reason to install them.
 *
 * @param {string} name
 * @param {import("./scripts.mjs").Script} script
 */
function sayPurpose(name, { purpose }) {
  process.stdout.write(
    `Usage: ${typed(name)} [options]\n\n${purpose}\n\n` +
      "Its options are listed here once the project is installed: run npm ci\n",
  )
}
