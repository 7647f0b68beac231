/** What one run of one rival cost, and how its bytes were sent. */
export interface Cost {
  readonly userSeconds: number
  readonly systemSeconds: number
  /** CPU time of all CPUs meanwhile, including the receiver, interrupts and other programs. */
  readonly machineSeconds: number
  readonly seconds: number
  readonly zerocopySends: number
  readonly notified: number
  /** Ids that the kernel reported as copied. */
  readonly kernelCopied: number
  /** Ids for which the kernel did not report it. */
  readonly unknown: number
  /** CPU time that other programs took meanwhile, on all CPUs. */
  readonly foreignSeconds: number
}

/**
 * Reads the last line that a rival printed. `more` names further figures that the suite needs.
 *
 * @throws {Error} if a figure is missing, such as how many bytes were copied, or if the rival stopped the
 * clock before the kernel had released all memory.
 */
export function costFrom<More extends string = never>(
  printed: string,
  foreignSeconds: number,
  more: readonly More[] = [],
): Cost & Readonly<Record<More, number>> {
  const line = printed.trim().split("\n").at(-1) ?? ""
  const cost: Cost & Readonly<Record<More, number>> = { ...parsed(line), foreignSeconds }
  for (const name of [...names, ...more]) {
    if (Number.isFinite(cost[name]) && cost[name] >= 0) continue
    throw new Error(`It did not say ${name}: ${line}`)
  }
  if (cost.notified !== cost.zerocopySends) {
    throw new Error(`It ended with ${cost.notified} of ${cost.zerocopySends} ids notified`)
  }
  return cost
}

/** What a contest needs to know of a run: whether it was disturbed, and what it took. */
export type Timed = Pick<Cost, "userSeconds" | "systemSeconds" | "seconds" | "foreignSeconds">

/** User and system time, in seconds. */
export const cpuOf = (
  { userSeconds, systemSeconds }: Pick<Timed, "userSeconds" | "systemSeconds">,
): number => userSeconds + systemSeconds

function parsed(line: string) {
  try {
    return JSON.parse(line)
  } catch {
    throw new Error(`It printed no cost: ${line}`)
  }
}

const names = [
  ...["userSeconds", "systemSeconds", "machineSeconds", "seconds", "foreignSeconds"] as const,
  ...["zerocopySends", "notified", "kernelCopied", "unknown"] as const,
]
