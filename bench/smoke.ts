/**
 * What the gate runs: every rival sends a little, and what arrives is right. Nothing is said of the times.
 *
 * @module
 */
import process from "node:process"
import { arrives } from "./check.ts"
import { compileReference } from "./compiler.ts"
import { linkObstacle, openLink } from "./link.ts"
import { rivals } from "./rivals.ts"

const name = linkObstacle("lab") === undefined ? "lab" : "loopback"
using reference = compileReference()
using link = openLink(name, 1500)
const job = { chunkBytes: 65_536, totalBytes: 320 * 65_536 } as const
const lost: string[] = []
let checked = 0
for (const rival of rivals) {
  for (const source of ["views", "fresh"] as const) {
    if (source === "fresh" && rival.name.startsWith("c-")) continue
    checked++
    const arrived = await arrives(rival, link, { ...job, source }, reference.sender)
    if (!arrived) lost.push(`${rival.name} (${source})`)
  }
}
process.stdout.write(
  lost.length === 0
    ? `${checked} rivals over the ${name}: what they sent arrived\n`
    : `What these sent did not arrive unaltered: ${lost.join(", ")}\n`,
)
process.exit(lost.length === 0 ? 0 : 1)
