import type { Scene } from "./gate.ts"
import { check, run } from "./process.ts"
import type { Verdict } from "./tally.ts"

/** The main job, exactly as `npm start` runs it. */
export async function job({ runtimes }: Scene): Promise<readonly Verdict[]> {
  const runtime = runtimes.length === 2 ? "both" : runtimes[0]
  const options = ["--runtime", runtime, "--link", "all", "--json"]
  const command = ["node", "tools/run.mjs", "start", ...options]
  const { how, stdout, output } = await run(command, { load: "heavy" })
  const last = stdout.trimEnd().split("\n").at(-1) ?? ""
  const { runs, missing, failures }: Report = last.startsWith("{") ? JSON.parse(last) : nothing
  const name = "npm start"
  if (failures.length === 0 && (how !== undefined || runs.length === 0)) {
    return [{ result: "failed", name, detail: `${how ?? "ran nothing"}\n${output}` }]
  }
  return [
    ...runs.map(({ runtime, link, way }): Verdict => ({
      result: "passed",
      name: `a file from ${runtime} over ${link}, ${way}`,
    })),
    ...missing.map(({ link, reason }): Verdict => ({
      result: "skipped",
      name: `a file over ${link}`,
      detail: reason,
    })),
    ...failures.map((detail): Verdict => ({ result: "failed", name, detail })),
  ]
}

/**
 * A short run of the benchmarks: they work, and what they send arrives. It checks no times. It also
 * checks that the page of results, its plots and the tables in the pages match the kept results.
 */
export const bench = async ({ bun }: Scene): Promise<readonly Verdict[]> => [
  await check("bench", [bun, "bench/smoke.ts"], { load: "heavy" }),
  await check("the page of results is up to date", [bun, "bench/page.ts", "--check"]),
]

/** The JSON of `npm start -- --json`. */
interface Report {
  readonly runs: readonly {
    readonly runtime: string
    readonly link: string
    readonly way: string
  }[]
  readonly missing: readonly { readonly link: string; readonly reason: string }[]
  readonly failures: readonly string[]
}
const nothing: Report = { runs: [], missing: [], failures: [] }
