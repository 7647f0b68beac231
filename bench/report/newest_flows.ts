import { flows } from "../flows.ts"
import type { FlowRow } from "../suites/flows.ts"
import type { Result } from "./result.ts"
import type { From } from "./results.ts"

/**
 * The rows of everything that programs send, in the order of `flows`. Each flow comes from the newest result
 * that has it, and from no other: only what ran in turn compares.
 */
export const newestFlows = (results: readonly Result[]): readonly From<FlowRow>[] =>
  flows.flatMap(({ name }) => {
    const rowsOf = (result: Result) => result.flows?.filter(({ flow }) => flow === name) ?? []
    const from = results.findLast((result) => rowsOf(result).length > 0)
    return from === undefined ? [] : rowsOf(from).map((row) => ({ ...row, from }))
  })
