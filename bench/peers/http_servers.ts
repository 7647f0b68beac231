import { flawOfServed } from "./http_client.ts"
import {
  httpObstacle,
  httpRivals,
  type HttpServer,
  type Served,
  startHttpServer,
} from "./http_server.ts"
import type { Link } from "./link.ts"

/** Servers that wait for their turns, side by side. Nobody asks them meanwhile. */
export interface HttpServers extends AsyncDisposable {
  /** All that could take part. */
  readonly names: readonly string[]
  /** What each serves. */
  readonly paths: readonly string[]
  get(rival: string): HttpServer
  /** Why those that are missing have no row. */
  readonly flaws: ReadonlyMap<string, string>
}

/** Starts one of each that can be had here and serves the right bytes. */
export async function startHttpServers(link: Link, served: Served): Promise<HttpServers> {
  await using started = new AsyncDisposableStack()
  const servers = new Map<string, HttpServer>()
  const flaws = new Map<string, string>()
  for (const rival of httpRivals) {
    const obstacle = httpObstacle(rival)
    if (obstacle !== undefined) {
      flaws.set(rival, obstacle)
      continue
    }
    try {
      const server = started.use(await startHttpServer(link, rival, served))
      const flaw = await flawOfServed(link, server, served)
      if (flaw === undefined) servers.set(rival, server)
      else flaws.set(rival, flaw)
    } catch (failure) {
      flaws.set(rival, failure instanceof Error ? failure.message : String(failure))
    }
  }
  const moved = started.move()
  return {
    names: httpRivals,
    paths: served.small === true ? ["", "small"] : [""],
    flaws,
    get(rival) {
      const server = servers.get(rival)
      if (server !== undefined) return server
      throw new Error(`There is no server ${rival}`)
    },
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  }
}
