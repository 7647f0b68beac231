/** A file that a release changes: its path, and its new text. */
export type Edit = readonly [path: string, text: string]

/** The files that name the version, and the changelog, for a release. */
export function editsFor(
  read: (path: string) => string,
  { from, to, date }: { readonly from: string; readonly to: string; readonly date: string },
): readonly Edit[] {
  const inJson = (path: string, places: number): Edit => [
    path,
    replaced(read(path), `"version": "${from}"`, `"version": "${to}"`, places, path),
  ]
  return [
    inJson("package.json", 1),
    // Those of the package itself come first.
    inJson("package-lock.json", 2),
    inJson("deno.json", 1),
    [
      "src/cli/version.ts",
      replaced(read("src/cli/version.ts"), `"${from}"`, `"${to}"`, 1, "version.ts"),
    ],
    ["CHANGELOG.md", dated(read("CHANGELOG.md"), to, date)],
  ]
}

/** What is unreleased becomes the section of the version. */
export function dated(changelog: string, version: string, date: string): string {
  const heading = `## Unreleased\n\n## ${version} - ${date}\n`
  return replaced(changelog, "## Unreleased\n", heading, 1, "CHANGELOG.md")
}

/** Replaces the first `places` of a text. */
function replaced(text: string, what: string, by: string, places: number, path: string): string {
  const parts = text.split(what)
  if (parts.length <= places) throw new Error(`${path} does not contain ${JSON.stringify(what)}`)
  return parts.slice(0, places + 1).join(by) +
    parts.slice(places + 1).map((part) => what + part).join("")
}
