/**
 * Uses the installed package: the first frame of an error's stack must name a file of the package, and the
 * line that made the error. Deno reads source maps, Bun shows the JavaScript.
 *
 * @module
 */
import { readFileSync } from "node:fs"
import { connect } from "zerowire"

const { stack = "" } = await connect({ port: 0 }).catch((failure: Error) => failure) as Error
const [, path = "", line] = /((?:\/[^\s:/]+)+):(\d+):\d+/.exec(stack) ?? []
const text = readFileSync(path, "utf8").split("\n")[Number(line) - 1] ?? ""
if (!/throw |new TypeError/.test(text)) {
  throw new Error(`The stack leads to ${path}, line ${line}: ${JSON.stringify(text)}`)
}
