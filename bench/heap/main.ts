/**
 * `npm run heap`: what is allocated on the JavaScript heap for each chunk, and by which function. Runs
 * in Deno, for the profiler of V8; without arguments. Exits with 1 if Zerowire allocates an object for
 * a chunk that is written or piped.
 *
 * @module
 */
import process from "node:process"
import { allocatedPerChunk } from "./allocated.ts"
import type { Site } from "./profile.ts"
import { startReceiver } from "./receiver.ts"
import { ways } from "./ways.ts"

const shownSites = 12
/** A closure has more, and so has what it closes over; what waking up costs is shared by many chunks. */
const leastObject = 24
/** The ways that promise to allocate no object of Zerowire's. */
const free: readonly string[] = ["write", "pipeTo"]
let exitCode = 0
{
  await using receiver = await startReceiver()
  for (const [name, way] of Object.entries(ways)) {
    const sites = await allocatedPerChunk(way, receiver.port)
    const own = sites.filter((site) => site.own)
    say(`${name}: ${sum(sites)} bytes of heap for each chunk, ${sum(own)} of them Zerowire's`)
    for (const { where, bytes } of sites.slice(0, shownSites)) {
      say(`${bytes.toFixed(1).padStart(8)}  ${where}`)
    }
    if (free.includes(name) && bytesOf(own) >= leastObject) {
      say(`${name}: Zerowire was to allocate less than ${leastObject} bytes for a chunk`)
      exitCode = 1
    }
  }
}
// The threads that are parked would not keep it.
process.exit(exitCode)

function sum(sites: readonly Site[]): string {
  return bytesOf(sites).toFixed(0)
}

function bytesOf(sites: readonly Site[]): number {
  return sites.reduce((bytes, site) => bytes + site.bytes, 0)
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
