import type { BreakdownRow } from "../suites/breakdown.ts"
import type { CallCost, CallsRow } from "../suites/calls.ts"
import type { ConnectionsRow } from "../suites/connections.ts"
import type { EffectRow } from "../suites/effect.ts"
import type { FanoutRow } from "../suites/fanout.ts"
import type { FlowRow } from "../suites/flows.ts"
import type { HttpBesideRow } from "../suites/http_beside.ts"
import type { HttpIdleRow } from "../suites/http_idle.ts"
import type { HttpRow } from "../suites/http_rows.ts"
import type { IdleRow } from "../suites/idle.ts"
import type { LatencyRow } from "../suites/latency.ts"
import type { Machine } from "./machine.ts"
import type { PacedRow } from "../suites/paced_rows.ts"
import type { SmallRow } from "../suites/small.ts"
import type { Series } from "../suites/stream.ts"

/** What `--json` writes: a part for each suite that ran. */
export interface Result {
  /** When it was written, as ISO 8601 has it. */
  readonly date: string
  readonly command: string
  readonly machine: Machine
  readonly series?: readonly Series[]
  readonly idle?: readonly IdleRow[]
  readonly connections?: readonly ConnectionsRow[]
  readonly calls?: { readonly costs: readonly CallCost[]; readonly rows: readonly CallsRow[] }
  readonly fanout?: readonly FanoutRow[]
  readonly latency?: readonly LatencyRow[]
  readonly effect?: readonly EffectRow[]
  readonly flows?: readonly FlowRow[]
  readonly http?: readonly HttpRow[]
  readonly httpIdle?: readonly HttpIdleRow[]
  readonly httpBeside?: readonly HttpBesideRow[]
  readonly small?: readonly SmallRow[]
  readonly paced?: readonly PacedRow[]
  readonly breakdown?: readonly BreakdownRow[]
}
