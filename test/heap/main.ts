/**
 * `npm run heap`: what is allocated on the JavaScript heap for each chunk, and by which function. Runs
 * in Deno, for the profiler of V8; without arguments.
 *
 * @module
 */
import process from "node:process"
import { allocatedPerChunk } from "./allocated.ts"
import type { Site } from "./profile.ts"
import { startReceiver } from "./receiver.ts"
import { ways } from "./ways.ts"

const shownSites = 12
{
  await using receiver = await startReceiver()
  for (const [name, way] of Object.entries(ways)) {
    const sites = await allocatedPerChunk(way, receiver.port)
    const own = sites.filter((site) => site.own)
    say(`${name}: ${sum(sites)} bytes of heap for each chunk, ${sum(own)} of them Zerowire's`)
    for (const { where, bytes } of sites.slice(0, shownSites)) {
      say(`${bytes.toFixed(1).padStart(8)}  ${where}`)
    }
  }
}
// The threads that are parked would not keep it.
process.exit(0)

function sum(sites: readonly Site[]): string {
  return sites.reduce((bytes, site) => bytes + site.bytes, 0).toFixed(0)
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
