/** What a measured threshold depends on, besides the runtime. */
export interface Machine {
  /** The kernel's release, as `uname -r` prints it. */
  readonly kernel: string
  /** The model of the first processor. */
  readonly cpu: string
}

/** One measured threshold. */
export interface Calibration extends Machine {
  readonly runtime: string
  /** Bytes of a call from which on zero-copy took less CPU time. */
  readonly threshold: number
}

/**
 * The threshold that `text` has for this runtime on this machine, or nothing. Ignores everything that
 * `withCalibration` does not write, because a cache may be truncated or belong to another program.
 * `machine` is called only if an entry might match, because it is slow.
 */
export function thresholdIn(
  text: string,
  runtime: string,
  machine: () => Machine | undefined,
): number | undefined {
  const ofRuntime = calibrationsIn(text).filter((entry) => entry.runtime === runtime)
  if (ofRuntime.length === 0) return undefined
  const here = machine()
  return ofRuntime.find(({ kernel, cpu }) => kernel === here?.kernel && cpu === here.cpu)?.threshold
}

/** The text of a cache with this entry and those that `text` had for other machines and runtimes. */
export function withCalibration(text: string | undefined, entry: Calibration): string {
  const { kernel, cpu, runtime, threshold } = entry
  const others = calibrationsIn(text ?? "").filter((other) =>
    other.kernel !== kernel || other.cpu !== cpu || other.runtime !== runtime
  )
  const entries = [{ kernel, cpu, runtime, threshold }, ...others].slice(0, mostEntries)
  return `${JSON.stringify({ version, entries }, null, 2)}\n`
}

/** Whether a measurement can have found this threshold. */
const isThreshold = (bytes: unknown): bytes is number =>
  Number.isInteger(bytes) && bytes as number >= leastBytes && bytes as number <= mostBytes

function calibrationsIn(text: string): readonly Calibration[] {
  const cache = parsed(text)
  if (!isRecord(cache) || cache.version !== version || !Array.isArray(cache.entries)) return []
  return cache.entries.filter(isCalibration)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isCalibration = (entry: unknown): entry is Calibration =>
  isRecord(entry) && isThreshold(entry.threshold) &&
  [entry.kernel, entry.cpu, entry.runtime].every((name) => typeof name === "string")

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null

const version = 1
/** Entries of old kernels pile up. */
const mostEntries = 32
const leastBytes = 1024
const mostBytes = 16 * 1024 * 1024
