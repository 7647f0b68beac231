/** What one run of one rival cost, and how its bytes went. */
export interface Cost {
  readonly userSeconds: number
  readonly systemSeconds: number
  readonly seconds: number
  readonly zerocopySends: number
  readonly notified: number
  /** Ids that the kernel is known to have copied. */
  readonly kernelCopied: number
  /** Ids of which the kernel did not say. */
  readonly unknown: number
  /** Processor time that others took meanwhile, on all CPUs. */
  readonly foreignSeconds: number
}

/**
 * Reads the last line that a rival printed.
 *
 * @throws {Error} when a figure is missing, above all how many of its bytes were copied; or when it
 * stopped the clock before the kernel had let go of everything.
 */
export function costFrom(printed: string, foreignSeconds: number): Cost {
  const line = printed.trim().split("\n").at(-1) ?? ""
  const cost: Cost = { ...parsed(line), foreignSeconds }
  for (const name of names) {
    if (Number.isFinite(cost[name]) && cost[name] >= 0) continue
    throw new Error(`It did not say ${name}: ${line}`)
  }
  if (cost.notified !== cost.zerocopySends) {
    throw new Error(`It ended with ${cost.notified} of ${cost.zerocopySends} ids notified`)
  }
  return cost
}

/** User and system time, in seconds. */
export const cpuOf = ({ userSeconds, systemSeconds }: Cost): number => userSeconds + systemSeconds

function parsed(line: string): Omit<Cost, "foreignSeconds"> {
  try {
    return JSON.parse(line)
  } catch {
    throw new Error(`It printed no cost: ${line}`)
  }
}

const names = [
  ...["userSeconds", "systemSeconds", "seconds", "foreignSeconds"] as const,
  ...["zerocopySends", "notified", "kernelCopied", "unknown"] as const,
]
