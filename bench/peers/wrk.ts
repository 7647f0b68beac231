import { spawnSync } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import type { Link } from "./link.ts"

/** What `wrk` has seen of a server. */
export interface Told {
  readonly requests: number
  /** Everything that it read, heads and bodies that did not end in time among it. */
  readonly bytes: number
  readonly seconds: number
  /** Microseconds from a request to the last byte of its answer. */
  readonly p50: number
  readonly p99: number
}

/** Why there is no `wrk`, or nothing. */
export const wrkObstacle = (): string | undefined =>
  spawnSync("wrk", ["-v"]).error && "there is no `wrk`. Debian has it as a package"

/** How `wrk` asks. */
export interface Manner {
  /** A command that starts it. */
  readonly before?: readonly string[]
  /** Requests that a connection has under way. With more than one, `p50` and `p99` say nothing. */
  readonly together?: number
  /** Whether it asks from the server's own end, where nothing is slower than the server. Default false. */
  readonly near?: boolean
  /** Whether bodies may be too long for one to end in the time. Default false. */
  readonly long?: boolean
  /** Whether each request has a connection of its own, which the server closes. Default false. */
  readonly closing?: boolean
}

/** Has `wrk` ask for so many seconds from the receiving end. */
export async function askByWrk(
  link: Link,
  url: string,
  connections: number,
  seconds: number,
  { before = [], together = 1, near = false, long = false, closing = false }: Manner = {},
): Promise<Told> {
  const child = (near ? link.beside : link.receive)([
    ...[...before, "wrk", "-t1", `-c${connections}`, `-d${seconds}s`],
    ...closing ? ["-H", "Connection: close"] : [],
    // The slowest answers count, however slow they are.
    ...["--timeout", "120s", "-s", script, url, "--", String(together)],
  ])
  let text = ""
  child.stdout?.on("data", (part) => text += part)
  child.stderr?.on("data", (part) => text += part)
  await once(child, "close")
  return toldBy(text, { long, closing })
}

/**
 * For `wrk`, a server that closes after an answer without having said so has failed a read: where it is to
 * close, that is no failure. `Bun.serve` does not say so.
 *
 * @throws {Error} if anything failed, or nothing was answered; if answers are `long`, no byte of one.
 */
export function toldBy(
  text: string,
  { long = false, closing = false }: Pick<Manner, "long" | "closing"> = {},
): Told {
  const line = text.trim().split("\n").at(-1) ?? ""
  if (!line.startsWith("{")) throw new Error(`wrk did not say what it counted: ${text}`)
  const { errors, reads, ...told } = JSON.parse(line)
  const failed = errors + (closing ? 0 : reads)
  if (failed > 0) throw new Error(`wrk met ${failed} errors: ${text}`)
  if ((long ? told.bytes : told.requests) === 0) throw new Error(`wrk got no answer: ${text}`)
  return told
}

const script = fileURLToPath(new URL("./wrk.lua", import.meta.url))
