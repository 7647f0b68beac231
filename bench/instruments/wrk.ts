import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

/** What `wrk` has counted. */
export interface Told {
  readonly requests: number
  readonly requestsPerSecond: number
  /** Of a round trip, in microseconds. */
  readonly median: number
  readonly p99: number
}

/** Whether there is a `wrk`. */
export const hasWrk = (): boolean => spawnSync("wrk", ["-v"]).error === undefined

/** Has `wrk` ask on CPU 1, on so many connections for so many seconds; sixteen at once if `pipelined`. */
export function askByWrk(
  url: string,
  connections: number,
  seconds: number,
  pipelined = false,
): string {
  const options = ["-t", "1", "-c", String(connections), "-d", `${seconds}s`, "--latency", url]
  const script = pipelined ? ["-s", fileURLToPath(pipelinedScript)] : []
  const all = ["-c", "1", "wrk", ...script, ...options]
  return spawnSync("taskset", all, { encoding: "utf8" }).stdout
}

/** Reads what `wrk` says. */
export function toldBy(text: string): Told {
  const find = (pattern: RegExp): string => {
    const found = pattern.exec(text)?.[1]
    if (found === undefined) throw new Error(`wrk did not say ${pattern.source}: ${text}`)
    return found
  }
  return {
    requests: Number(find(/(\d+) requests in/)),
    requestsPerSecond: Number(find(/Requests\/sec:\s+([\d.]+)/)),
    // At the start of a line: a line before these ends with the share of values near the mean.
    median: microsOf(find(/^\s+50%\s+(\S+)/m)),
    p99: microsOf(find(/^\s+99%\s+(\S+)/m)),
  }
}

/** `250.00us`, `1.20ms`, `2.00s` */
function microsOf(text: string): number {
  const units: Readonly<Record<string, number>> = { us: 1, ms: 1000, s: 1e6, m: 60e6 }
  const [, number, unit] = /^([\d.]+)([a-z]+)$/.exec(text) ?? []
  return Number(number) * (units[unit] ?? NaN)
}

const pipelinedScript = new URL("../rivals/pipelined.lua", import.meta.url)
