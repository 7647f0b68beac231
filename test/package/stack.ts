/**
 * Uses the installed package: the first frame of an error's stack must name a source of the package, and the
 * line that made the error.
 *
 * @module
 */
import { readFileSync } from "node:fs"
import { connect } from "zerowire"

const { stack = "" } = await connect({ port: 0 }).catch((failure: Error) => failure) as Error
const [, path = "", line] = /((?:\/[^\s:/]+)+):(\d+):\d+/.exec(stack) ?? []
const text = readFileSync(path, "utf8").split("\n")[Number(line) - 1] ?? ""
if (!path.endsWith(".ts") || !/throw |new TypeError/.test(text)) {
  throw new Error(`The stack leads to ${path}, line ${line}: ${JSON.stringify(text)}`)
}
