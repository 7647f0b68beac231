/** How what is exported differs from the last release. */
export interface Changes {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
}

/** Compares two reports of what a module exports (`docs/api`). */
export function changesOf(before: string, after: string): Changes {
  const [old, now] = [declarationsIn(before), declarationsIn(after)]
  return {
    added: [...now.keys()].filter((name) => !old.has(name)),
    changed: [...now].filter(([name, text]) => old.has(name) && old.get(name) !== text)
      .map(([name]) => name),
    removed: [...old.keys()].filter((name) => !now.has(name)),
  }
}

/** The names that the section "Unreleased" of a changelog does not mention as code. */
export function unnamed(
  changelog: string,
  { added, changed, removed }: Changes,
): readonly string[] {
  const code = [...unreleased(changelog).matchAll(/`([^`]+)`/g)].map(([, text]) => text).join(" ")
  const words = new Set(code.match(/\w+/g))
  return [...added, ...changed, ...removed].filter((name) => !words.has(name))
}

/** The section "Unreleased" of a changelog, without its heading. */
export function unreleased(changelog: string): string {
  const [, section = ""] = /^## Unreleased\n([^]*?)(?=^## |(?![^]))/m.exec(changelog) ?? []
  return section.trim()
}

function declarationsIn(report: string): ReadonlyMap<string, string> {
  const blocks = report.split(/^\/\/ (?=\w+$)/m).filter((block) => block !== "")
  return new Map(blocks.map((block) => {
    const end = block.indexOf("\n")
    return [block.slice(0, end), block.slice(end + 1).trim()]
  }))
}
