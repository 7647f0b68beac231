import { setTimeout as sleep } from "node:timers/promises"
import { hold, sayTrouble, watchedFor } from "../method/contest.ts"
import type { Options } from "../options.ts"
import { type AskedServer, startAsked } from "../peers/asked_server.ts"
import type { Programs, Reference } from "../peers/compiler.ts"
import { sentBetween } from "../peers/http_sent.ts"
import { first } from "../peers/first.ts"
import { type Link, openLink } from "../peers/link.ts"
import { askAtRate, type Pace, startTakers } from "../peers/pacer.ts"
import { sayTable } from "./columns.ts"
import {
  type PacedAsk,
  pacedColumns,
  type PacedCost,
  type PacedRow,
  pacedRowsOf,
} from "./paced_rows.ts"
import { smallRivals } from "./small_rivals.ts"

/**
 * Asks servers at a fixed rate, over loopback, without and with others that take bodies from them: the
 * server on one CPU, all others on another. `say` gets the table.
 */
export async function measurePaced(
  options: Options,
  ask: PacedAsk["ask"],
  { programs }: Reference,
  say: (text: string) => void,
  rivals = smallRivals(ask, programs),
): Promise<readonly PacedRow[]> {
  if (programs === undefined) {
    say("Cannot ask at a fixed rate: there is no C compiler for the program that does")
    return []
  }
  const { rate } = options
  const takers = ask === "beside" ? options.takers : 0
  using link = openLink("loopback", options)
  await using servers = new AsyncDisposableStack()
  const started = new Map<string, AskedServer>()
  const flaws = new Map<string, string | undefined>()
  const rows: PacedRow[] = []
  /** Starts a server and warms it up; answers why it gets no row, or nothing. */
  const flawOfStart = async (name: string, asked: PacedAsk): Promise<string | undefined> => {
    try {
      const server = servers.use(await startAsked(link, rivals.get(name) ?? []))
      started.set(name, server)
      const flaw = await flawOfPaced(link, programs, server, takers)
      // Compilers share the server's CPU. They are done then, nearly.
      if (flaw === undefined) await pace(link, programs, server, name, { ...asked, ...warm })
      return flaw
    } catch (failure) {
      return failure instanceof Error ? failure.message : String(failure)
    }
  }
  say(
    `\nloopback: ${rate} requests a second, each from when it is due` +
      (takers > 0 ? `, beside ${takers} connections that take bodies` : ""),
  )
  for (const connections of options.askers.filter((n) => n > 0)) {
    const asked: PacedAsk = { ask, connections, rate, takers }
    const standings = await hold<PacedCost>({
      names: [...rivals.keys()],
      async check(name) {
        if (!flaws.has(name)) flaws.set(name, await flawOfStart(name, asked))
        return flaws.get(name)
      },
      measure(name) {
        const server = started.get(name)
        if (server === undefined) throw new Error(`There is no server ${name}`)
        return pace(link, programs, server, name, { ...asked, seconds, patience, before: first })
      },
    }, options)
    const measured = pacedRowsOf(standings.rounds, asked)
    sayTable(measured, pacedColumns[ask], say)
    sayTrouble(standings, say)
    rows.push(...measured)
  }
  return rows
}

/** Asks a server so, and says what it did meanwhile. */
async function pace(
  link: Link,
  programs: Programs,
  server: AskedServer,
  name: string,
  asked: PacedAsk & Pace,
): Promise<PacedCost> {
  await using takers = server.bodiesPort === undefined
    ? undefined
    : await startTakers(link, programs, server.bodiesPort, asked.takers)
  const tells = takers !== undefined && /^(handlers|streams)/.test(name)
  const look = async () => ({
    sent: tells ? await server.sent() : undefined,
    taken: await takers?.bytes() ?? [],
    cpu: server.cpuSeconds(),
    at: performance.now(),
  })
  const { result: { before, paced, after }, foreign } = await watchedFor(async () => {
    const before = await look()
    const paced = await askAtRate(link, programs, server.port, asked)
    return { before, paced, after: await look() }
  })
  const { sent } = before
  return {
    ...paced,
    ...{ userSeconds: 0, systemSeconds: after.cpu - before.cpu, foreignSeconds: foreign },
    seconds: (after.at - before.at) / 1000,
    taken: after.taken.map((bytes, i) => bytes - before.taken[i]),
    ...(sent && after.sent && { sent: sentBetween(sent, after.sent) }),
  }
}

/**
 * Why a server gets no row, or nothing: each request gets the right answer, and each taker some bytes. A
 * machine that is busy may take its time: `patience` is the seconds that takers wait for their first bytes.
 */
export async function flawOfPaced(
  link: Link,
  programs: Programs,
  server: Pick<AskedServer, "port" | "bodiesPort">,
  takers: number,
  patience = 60,
): Promise<string | undefined> {
  const few = { connections: 4, rate: 200, seconds: 0.5, patience: 60 }
  try {
    const { due, answered } = await askAtRate(link, programs, server.port, few)
    if (answered !== due) return `it answered ${answered} of ${due} requests`
    if (server.bodiesPort === undefined) return takers > 0 ? "it sends no bodies" : undefined
    await using taking = await startTakers(link, programs, server.bodiesPort, takers)
    for (const end = performance.now() + 1000 * patience; performance.now() < end;) {
      if ((await taking.bytes()).every((bytes) => bytes > 0)) return undefined
      await sleep(20)
    }
    return "it did not send to all who take bodies"
  } catch (failure) {
    return failure instanceof Error ? failure.message : String(failure)
  }
}

const seconds = 4
/** Seconds that answers may be late. More are not needed to see that a server does not keep the pace. */
const patience = 1
/** As fast as most servers answer, or faster. */
const warm = { rate: 50_000, seconds: 4, patience: 1 }
