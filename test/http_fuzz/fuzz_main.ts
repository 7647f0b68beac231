/**
 * A fuzz in this runtime: tells how far it is once a second, and what came of it, as lines of JSON.
 *
 * Arguments: the seed, the number of the first plan, bytes, connections at once.
 *
 * @module
 */
import process from "node:process"
import { fuzz } from "./fuzz.ts"
import { Oracle } from "./oracle.ts"

const [seed, first, bytes, lanes] = process.argv.slice(2).map(Number)
await using node = Oracle.node()
await using h11 = Oracle.h11()
let told = performance.now()
const so = await fuzz({
  ...{ seed, first, bytes, lanes, oracles: [node, h11] },
  tell(so) {
    if (performance.now() - told < 1000) return
    told = performance.now()
    process.stdout.write(`${JSON.stringify(so)}\n`)
  },
})
process.stdout.write(`${JSON.stringify(so)}\n`)
