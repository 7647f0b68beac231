import { flawOf } from "../peers/check.ts"
import type { Programs, Reference } from "../peers/compiler.ts"
import { hold, sayTrouble, watched } from "../method/contest.ts"
import { costFrom } from "../method/cost.ts"
import { type Link, openLink } from "../peers/link.ts"
import { startListener } from "../peers/listener.ts"
import type { Options } from "../options.ts"
import { named, type Passage, relayRivals, type Rival } from "../rivals.ts"
import { sayTable } from "./columns.ts"
import { moves, wayColumnsWithIds, type WayCost, type WayRow, wayRowsOf } from "./ways.ts"

/** Measures relays from one peer to another one; `say` gets the table. */
export async function measureRelay(
  options: Options,
  { programs }: Reference,
  say: (text: string) => void,
): Promise<readonly WayRow[]> {
  using link = openLink(options.link, options)
  const { totalBytes, warmBytes } = options
  say(
    `\n${options.link}, relays: readable.pipeTo(writable) beside the runtime's own, and splice in C`,
  )
  const sink = await startListener(link, "receiver", [], programs)
  const source = await startListener(link, "feeder", [], programs)
  const passage: Passage = {
    ...{ address: link.address, port: sink.port, sourcePort: source.port },
    ...{ totalBytes, warmBytes },
  }
  const standings = await hold<WayCost>({
    names: relayRivals.map(({ name }) => name),
    check: (name) => flawOfRelay(named(relayRivals, name), link, passage, programs),
    measure(name) {
      const command = named(relayRivals, name).command(passage, programs)
      const { printed, foreign } = watched(() => link.send(command))
      return costFrom(printed, foreign, moves)
    },
  }, options)
  const rows = wayRowsOf(standings.rounds, totalBytes, "c-splice")
  sayTable(rows, wayColumnsWithIds, say)
  sayTrouble(standings, say)
  return rows
}

/** Why a relay gets no row, or nothing when what its source sent arrives whole, unaltered and in order. */
export const flawOfRelay = (
  rival: Rival<Passage>,
  link: Link,
  { sourcePort }: Pick<Passage, "sourcePort">,
  programs: Programs | undefined,
): Promise<string | undefined> =>
  flawOf(rival, link, { sourcePort, totalBytes: checkedBytes }, programs, moves)

/** More than the ring, and no whole number of anything. */
const checkedBytes = 70_000_001
