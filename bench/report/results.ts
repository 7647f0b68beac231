import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type { Cost } from "../method/cost.ts"
import { spreadOf } from "../method/rows.ts"
import type { Result } from "./result.ts"
import type { Series } from "../suites/stream.ts"

/** What was measured of one version. */
export interface Results {
  readonly version: string
  /** The oldest one first. */
  readonly results: readonly Result[]
}

/** Something that was measured, and the result that it is from. */
export type From<T> = T & { readonly from: Result }

/**
 * Reads the results of the newest version in a folder that has one folder for each.
 *
 * @throws {Error} when there is none.
 */
export function newestResults(folder: string = home): Results {
  const version = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory()).map(({ name }) => name).toSorted(byNumbers).at(-1)
  if (version === undefined) throw new Error(`Cannot report: there is no result in ${folder}`)
  const results = readdirSync(`${folder}/${version}`).filter((name) => name.endsWith(".json"))
    .map((name): Result => JSON.parse(readFileSync(`${folder}/${version}/${name}`, "utf8")))
  return { version, results: results.toSorted((a, b) => a.date < b.date ? -1 : 1) }
}

/**
 * All series, the smallest chunks first. One that was measured again, under the same conditions and with
 * a rival in common, is left out; never mixed with the newer one, for only what ran in turn compares.
 */
export function seriesOf(results: readonly Result[]): readonly From<Series>[] {
  const kept: From<Series>[] = []
  const all = results.flatMap((from) => (from.series ?? []).map((series) => ({ ...series, from })))
  for (const series of all.toReversed()) {
    if (!kept.some((newer) => isAgain(newer, series))) kept.push(series)
  }
  return kept.toSorted((a, b) => a.chunkBytes - b.chunkBytes)
}

/** How busy the machine was with anything else while some series were measured. */
export function besides(all: readonly Series[]): string {
  const shares = all.flatMap(({ costs }) => costs).flatMap(Object.values<Cost>)
    .map(({ foreignSeconds, seconds }) => foreignSeconds / seconds)
  return `other programs took ${(spreadOf(shares).median * 100).toFixed(0)} % of a CPU beside it`
}

function isAgain(newer: Series, older: Series): boolean {
  const rivals = new Set(newer.rows.map(({ rival }) => rival))
  return conditions.every((name) => newer[name] === older[name]) &&
    older.rows.some(({ rival }) => rivals.has(rival))
}

const conditions = ["link", "mtu", "congestionControl", "source", "chunkBytes"] as const

const byNumbers = (a: string, b: string): number => a.localeCompare(b, "en", { numeric: true })

const home = fileURLToPath(new URL("../results", import.meta.url))
