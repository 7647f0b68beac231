import process from "node:process"
import { doctor, type Level, render } from "../doctor/mod.ts"
import type { HostPort } from "./address.ts"

export interface DoctorFlags {
  readonly send?: number
  readonly json?: boolean
  readonly color?: boolean
}

/** Prints a report, and returns the exit status. */
export async function examine(
  to: Partial<HostPort> | undefined,
  { send, json, color = true }: DoctorFlags,
): Promise<number> {
  const report = await doctor({ ...to, ...(send === undefined ? {} : { send }) })
  const { isTTY = false, columns = 80 } = process.stdout
  const colour = color && isTTY && !process.env.NO_COLOR
  process.stdout.write(
    json ? `${JSON.stringify(report, null, 2)}\n` : render(report, { columns, colour }),
  )
  return statuses[report.worst]
}

const statuses: Readonly<Record<Level, number>> = { good: 0, unknown: 0, limit: 1, problem: 2 }
