import { mkdirSync, renameSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import process from "node:process"
import { surroundings } from "../../kernel/mod.ts"
import { calibrationPath, withCalibration } from "../../zerocopy/mod.ts"

/**
 * Writes measured thresholds, by runtime, where the sockets of this machine find them. Returns the path.
 *
 * @throws {Error} if no folder for caches is known, or it cannot be written.
 */
export function keepThresholds(found: ReadonlyMap<string, number>): string {
  const here = surroundings()
  const path = calibrationPath(here)
  const machine = here.machine()
  if (path === undefined || machine === undefined) {
    throw new Error("Cannot keep what was measured: neither XDG_CACHE_HOME nor HOME is a path")
  }
  let text = here.text(path)
  for (const [runtime, threshold] of found) {
    text = withCalibration(text, { ...machine, runtime, threshold })
  }
  mkdirSync(dirname(path), { recursive: true })
  // A process that reads at the same time finds the old file or the new one.
  writeFileSync(`${path}.${process.pid}`, text ?? "")
  renameSync(`${path}.${process.pid}`, path)
  return path
}
