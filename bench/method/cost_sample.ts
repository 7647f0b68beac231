import type { Cost } from "./cost.ts"

/** A made-up cost of a run that took this many seconds of CPU time, for tests. */
export const sampleCost = <More extends object>(cpu: number, more?: More): Cost & More => ({
  ...{ userSeconds: cpu / 4, systemSeconds: cpu * 3 / 4, machineSeconds: 2 * cpu, seconds: 2 },
  ...{ zerocopySends: 10, notified: 10, kernelCopied: 1, unknown: 2, foreignSeconds: 0 },
  ...more as More,
})
