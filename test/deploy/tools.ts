import { execFileSync } from "node:child_process"

/** The commands of these that are not here. */
function missing(...commands: readonly string[]): readonly string[] {
  return commands.filter((command) => {
    try {
      execFileSync("sh", ["-c", `command -v "$1"`, "sh", command], { stdio: "ignore" })
      return false
    } catch {
      return true
    }
  })
}

/** For a test that calls `commands`: whether to skip it, and why, for its name. With root that is a failure. */
export function needs(...commands: readonly string[]): { skip: boolean; why: string } {
  const absent = missing(...commands)
  return absent.length === 0
    ? { skip: false, why: "" }
    : { skip: true, why: ` (skipped: ${absent.join(" and ")} cannot be found)` }
}
