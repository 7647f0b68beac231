/**
 * What the gate runs: every rival sends a little, what arrives is right, and each says what was copied.
 * Nothing is said of the times.
 *
 * @module
 */
import process from "node:process"
import { flawOf } from "./check.ts"
import { compileReference } from "./compiler.ts"
import { linkObstacle, openLink } from "./link.ts"
import { rivals } from "./rivals.ts"

const name = linkObstacle("lab") === undefined ? "lab" : "loopback"
using reference = compileReference()
using link = openLink(name, { mtu: 1500 })
const { programs } = reference
const job = { chunkBytes: 65_536, totalBytes: 128 * 65_536 } as const
const flaws: string[] = []
let checked = 0
for (const rival of rivals) {
  for (const source of ["views", "fresh"] as const) {
    // The program in C has one source; without a compiler it has none.
    if (rival.inC && (source === "fresh" || programs === undefined)) continue
    checked++
    const flaw = await flawOf(rival, link, { ...job, source }, programs?.sender)
    if (flaw !== undefined) flaws.push(`${rival.name} (${source}): ${flaw}`)
  }
}
const without = programs === undefined ? ", without those in C: there is no compiler" : ""
process.stdout.write(
  flaws.length === 0
    ? `${checked} senders over the ${name}: what they sent arrived${without}\n`
    : `${flaws.join("; ").replaceAll("\n", " ")}\n`,
)
process.exit(flaws.length === 0 ? 0 : 1)
