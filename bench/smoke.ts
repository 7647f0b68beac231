/**
 * What the gate runs: every rival sends a little, what arrives is right, and each says what was copied.
 * Nothing is said of the times.
 *
 * @module
 */
import process from "node:process"
import { flawOf } from "./peers/check.ts"
import { compileReference } from "./peers/compiler.ts"
import { type Entry, flawOfFanout } from "./suites/fanout.ts"
import { linkObstacle, openLink } from "./peers/link.ts"
import { measureConnections } from "./suites/connections.ts"
import { flawOfLatency } from "./suites/latency.ts"
import { entrantsOf, openPeers } from "./suites/flow_entrants.ts"
import { flows } from "./flows.ts"
import { flawOfRival } from "./peers/http_client.ts"
import { httpRivals } from "./peers/http_server.ts"
import { effectRivals, fanoutRivals, latencyRivals, rivals } from "./rivals.ts"

const name = linkObstacle("lab") === undefined ? "lab" : "loopback"
using reference = compileReference()
using link = openLink(name, { mtu: 1500 })
using queued = openLink(name, { mtu: 1500, queue: true })
const { programs } = reference
const job = { chunkBytes: 65_536, totalBytes: 128 * 65_536 } as const
const views = { ...job, source: "views" } as const
const peersOf = (mode: "shared" | "active"): Entry => ({
  ...{ name: "", rival: "", mode },
  job: { ...job, address: queued.address, port: 0, warmBytes: 0, source: "views", peers: 8 },
})
const noBytes = { totalBytes: 0, warmBytes: 0 }
const flaws: string[] = []
let checked = 0
for (const rival of rivals) {
  for (const source of ["views", "fresh"] as const) {
    // The program in C has one source.
    if (rival.inC && source === "fresh" || isMissing(rival)) continue
    const flaw = flawOf(rival, link, { ...job, source }, programs)
    await check(`${rival.name} (${source})`, flaw)
  }
}
for (const mode of ["shared", "active"] as const) {
  for (const rival of fanoutRivals(mode)) {
    if (isMissing(rival)) continue
    await check(`${rival.name} (${mode})`, flawOfFanout(rival, peersOf(mode), queued, programs))
  }
}
for (const messageBytes of [200, 65_536]) {
  for (const rival of latencyRivals) {
    if (isMissing(rival)) continue
    const flaw = flawOfLatency(rival, link, { messageBytes }, programs)
    await check(`${rival.name} (${messageBytes} bytes)`, flaw)
  }
}
for (const rival of effectRivals) {
  await check(rival.name, flawOf(rival, link, views))
}
// Chunks of any size take the same way; those of memory were sent above.
for (const flow of flows.filter(({ name }) => !/^(memory|fresh)/.test(name))) {
  await using peers = await openPeers(flow, link, programs)
  for (const [name, { flaw }] of entrantsOf(flow, link, peers, noBytes, programs)) {
    if (programs === undefined && name.startsWith("c-")) continue
    await check(`${name} (${flow.name})`, missingToo(flaw()))
  }
}
for (const rival of httpRivals) {
  for (
    const source of rival.startsWith("zerowire") ? ["memory", "file"] as const : ["file"] as const
  ) {
    const flaw = flawOfRival(link, rival, { source, bytes: 70_001, small: true })
    await check(`${rival} (HTTP, ${source})`, missingToo(flaw))
  }
}
// Its two rows, or why there are fewer.
const said: string[] = []
const accepted = measureConnections({ sockets: [20] }, (line) => said.push(line))
if (accepted.length !== 2) flaws.push(said.join(", "))
const without = programs === undefined ? ", without those in C: there is no compiler" : ""
process.stdout.write(
  flaws.length === 0
    ? `${checked} senders over the ${name}: what they sent arrived${without}\n`
    : `${flaws.join("; ").replaceAll("\n", " ")}\n`,
)
process.exit(flaws.length === 0 ? 0 : 1)

/** What the benchmark does not install is said there, and is no flaw. */
async function missingToo(flaw: Promise<string | undefined>): Promise<string | undefined> {
  const is = await flaw
  return is?.includes("is not installed") ? undefined : is
}

function isMissing({ inC }: { readonly inC?: string }): boolean {
  return inC !== undefined && programs === undefined
}

async function check(name: string, flaw: Promise<string | undefined>): Promise<void> {
  checked++
  const is = await flaw
  if (is !== undefined) flaws.push(`${name}: ${is}`)
}
