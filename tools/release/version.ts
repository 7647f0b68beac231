import type { Changes } from "./changes.ts"

export const kinds = ["patch", "minor", "major"] as const
export type Kind = (typeof kinds)[number]

/** The version after `version`, by Semantic Versioning. */
export function next(version: string, kind: Kind): string {
  const [major, minor, patch] = numbersOf(version)
  if (kind === "major") return `${major + 1}.0.0`
  return kind === "minor" ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`
}

/**
 * The least that a release with these changes must be. Whether a changed declaration still takes what it
 * took, nobody can tell from its text, so it counts as breaking. Before 1.0, the minor version breaks.
 */
export function leastKind(version: string, { added, changed, removed }: Changes): Kind {
  const stable = numbersOf(version)[0] > 0
  if (changed.length + removed.length > 0) return stable ? "major" : "minor"
  return added.length > 0 && stable ? "minor" : "patch"
}

function numbersOf(version: string): readonly [number, number, number] {
  const [, ...numbers] = /^(\d+)\.(\d+)\.(\d+)$/.exec(version) ?? []
  if (numbers.length !== 3) throw new TypeError(`Cannot use the version ${version}`)
  const [major, minor, patch] = numbers.map(Number)
  return [major, minor, patch]
}
