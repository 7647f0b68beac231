import { hold, sayTrouble, watchedFor } from "../method/contest.ts"
import { sentBetween } from "../peers/http_sent.ts"
import type { HttpServer, Served } from "../peers/http_server.ts"
import { startHttpServers } from "../peers/http_servers.ts"
import { type Link, openLink } from "../peers/link.ts"
import { askByWrk, wrkObstacle } from "../peers/wrk.ts"
import { warm } from "../peers/warm.ts"
import type { Options } from "../options.ts"
import { bytes as inUnits } from "../page/units.ts"
import { sayTable } from "./columns.ts"
import { httpColumns, type HttpCost, type HttpRow, httpRowsOf } from "./http_rows.ts"

/**
 * Has `wrk` ask servers in turn over a link: the server on one CPU, `wrk` on another. `say` gets a table for
 * each size of body, from memory and from a file.
 */
export async function measureHttp(
  options: Options,
  say: (text: string) => void,
): Promise<readonly HttpRow[]> {
  const obstacle = wrkObstacle()
  if (obstacle !== undefined) {
    say(`Cannot measure responses: ${obstacle}`)
    return []
  }
  // Packets that are lost would say more of the link than of the servers.
  using link = openLink(options.link, { ...options, queue: true })
  const rows: HttpRow[] = []
  for (const bytes of options.chunks) {
    for (const source of options.from) {
      if (source === "memory" && bytes > mostInMemory) continue
      const how = options.closing ? ", each on a connection of its own" : ""
      say(`\n${options.link}: responses of ${inUnits(bytes)} from ${thing[source]}${how}`)
      rows.push(...await measureBody(link, { source, bytes }, options, say))
    }
  }
  return rows
}

async function measureBody(
  link: Link,
  served: Served,
  options: Options,
  say: (text: string) => void,
): Promise<readonly HttpRow[]> {
  await using servers = await startHttpServers(link, served)
  const { closing, warmSeconds } = options
  const flaws = new Map([...servers.flaws, ...await warm(link, servers, warmSeconds, closing)])
  const rows: HttpRow[] = []
  const troubles = new Map<number, Parameters<typeof sayTrouble>[0]>()
  for (const connections of options.sockets) {
    const standings = await hold<HttpCost>({
      names: servers.names,
      check: (name) => Promise.resolve(flaws.get(name)),
      measure: (name) => load(link, servers.get(name), connections, options),
    }, options)
    const { link: name, mtu } = options
    rows.push(...httpRowsOf(standings.rounds, { link: name, mtu, ...served, connections, closing }))
    troubles.set(connections, standings)
  }
  sayTable(rows, httpColumns, say)
  for (const trouble of troubles.values()) sayTrouble(trouble, say)
  return rows
}

async function load(
  link: Link,
  server: HttpServer,
  connections: number,
  { idleSeconds, closing }: Options,
): Promise<HttpCost> {
  const sentBefore = await server.sent()
  const before = server.cpuSeconds()
  const { result, foreign } = await watchedFor(() =>
    askByWrk(link, server.url, connections, idleSeconds, { closing })
  )
  const cpu = server.cpuSeconds() - before
  const sentAfter = await server.sent()
  return {
    ...result,
    ...{ userSeconds: 0, systemSeconds: cpu, foreignSeconds: foreign },
    ...(sentBefore && sentAfter && { sent: sentBetween(sentBefore, sentAfter) }),
  }
}

const thing = { memory: "memory", file: "a file" } as const

/** Seven servers have such a body at the same time. */
const mostInMemory = 16 * 1024 * 1024
