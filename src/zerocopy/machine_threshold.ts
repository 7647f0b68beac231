import { type Surroundings, surroundings } from "../kernel/mod.ts"
import { thresholdIn } from "./calibration.ts"
import { defaultThreshold } from "./chooser.ts"

/** The threshold for zero-copy, and where it comes from. */
export interface Threshold {
  /** In bytes. */
  readonly bytes: number
  readonly source: ThresholdSource
}

/**
 * Where a threshold comes from.
 * - `option`: the option `threshold`
 * - `environment`: the variable `ZEROWIRE_THRESHOLD`
 * - `calibration`: what `zerowire calibrate` measured on this machine, with this kernel and runtime
 * - `default`: none of these
 */
export type ThresholdSource = "option" | "environment" | "calibration" | "default"

/**
 * The default threshold for sockets without one of their own. Whatever the runtime does not permit
 * reading counts as absent, and so does an invalid cache: there is no prompt, and nothing fails.
 *
 * @throws {TypeError} if `ZEROWIRE_THRESHOLD` is not a number of bytes.
 */
export function machineThreshold(from: Surroundings = surroundings()): Threshold {
  const said = fromEnvironment(from)
  if (said !== undefined) return { bytes: said, source: "environment" }
  const path = calibrationPath(from)
  const text = path && from.text(path)
  const measured = text && thresholdIn(text, from.runtime, from.machine)
  if (measured) return { bytes: measured, source: "calibration" }
  return builtInThreshold
}

/** The same everywhere. */
export const builtInThreshold: Threshold = { bytes: defaultThreshold, source: "default" }

/** Where measured thresholds are kept; nothing if the location of caches is unknown. */
export function calibrationPath({ variable }: Pick<Surroundings, "variable">): string | undefined {
  const cache = variable("XDG_CACHE_HOME")
  // The XDG specification says to ignore relative paths.
  if (cache?.startsWith("/")) return `${cache}/${file}`
  const home = variable("HOME")
  return home?.startsWith("/") ? `${home}/.cache/${file}` : undefined
}

function fromEnvironment({ variable }: Surroundings): number | undefined {
  const text = variable("ZEROWIRE_THRESHOLD")
  if (text === undefined || text === "") return undefined
  const [, number, unit] = /^\s*(\d+)\s*(B|KiB|MiB)?\s*$/.exec(text) ?? []
  const bytes = Number(number) * (unit === "KiB" ? 1024 : unit === "MiB" ? 1024 * 1024 : 1)
  if (Number.isSafeInteger(bytes) && bytes >= 1) return bytes
  throw new TypeError(
    `Cannot use ZEROWIRE_THRESHOLD="${text}": it must be a whole number of bytes, 1 or more, ` +
      "or a size such as 64 KiB",
  )
}

const file = "zerowire/calibration.json"
