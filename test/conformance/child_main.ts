/**
 * Runs one case on Linux, with the limits that this process has: `child_main.ts <case> <link>`.
 *
 * @module
 */
import process from "node:process"
import { runCase } from "./case.ts"
import { all } from "./all.ts"
import type { LinkName } from "./testbed.ts"

const [name, link] = process.argv.slice(2)
const one = all.find((one) => one.name === name)
if (one === undefined) throw new Error(`There is no case "${name}"`)
await runCase(one, "linux", link as LinkName)
