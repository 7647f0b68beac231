import { type Flow, flows } from "../flows.ts"
import type { Programs, Reference } from "../peers/compiler.ts"
import { hold, sayTrouble, watched } from "../method/contest.ts"
import { costFrom } from "../method/cost.ts"
import { type Link, openLink } from "../peers/link.ts"
import type { Options } from "../options.ts"
import { sayTable } from "./columns.ts"
import { entrantsOf, openPeers } from "./flow_entrants.ts"
import { moves, wayColumnsWithIds, type WayCost, type WayRow, wayRowsOf } from "./ways.ts"

/** One way to send something that programs send. */
export interface FlowRow extends WayRow {
  /** A name of `flows`. */
  readonly flow: string
}

/** Measures one thing after the other that programs send, each by everybody who sends it. */
export async function measureFlows(
  options: Options,
  { programs }: Reference,
  say: (text: string) => void,
): Promise<readonly FlowRow[]> {
  using link = openLink(options.link, options)
  const rows: FlowRow[] = []
  for (const flow of options.flows.map(flowNamed)) {
    say(`\n${options.link}: ${flow.what}`)
    const measured = await measureFlow(flow, link, options, programs, say)
    rows.push(...measured.map((row) => ({ flow: flow.name, ...row })))
  }
  return rows
}

/**
 * One of the flows.
 *
 * @throws {Error} when there is none of that name.
 */
function flowNamed(name: string): Flow {
  const flow = flows.find((flow) => flow.name === name)
  if (flow !== undefined) return flow
  throw new Error(`There is no "${name}". There are ${flows.map(({ name }) => name).join(", ")}`)
}

async function measureFlow(
  flow: Flow,
  link: Link,
  options: Options,
  programs: Programs | undefined,
  say: (text: string) => void,
): Promise<readonly WayRow[]> {
  const totalBytes = Math.min(options.totalBytes, flow.mostBytes ?? Infinity)
  const warmBytes = Math.min(options.warmBytes, flow.mostBytes ?? Infinity)
  await using peers = await openPeers(flow, link, programs)
  const entrants = entrantsOf(flow, link, peers, { totalBytes, warmBytes }, programs)
  const standings = await hold<WayCost>({
    names: [...entrants.keys()],
    check: (name) => Promise.resolve(entrants.get(name)?.flaw()),
    measure(name) {
      const command = entrants.get(name)?.command ?? []
      const { printed, foreign } = watched(() => link.send(command))
      return costFrom(printed, foreign, moves)
    },
  }, options)
  const rows = wayRowsOf(standings.rounds, totalBytes, flow.native)
  sayTable(rows, wayColumnsWithIds, say)
  sayTrouble(standings, say)
  return rows
}
