import type { Group, Mutant } from "./mutant.ts"

/** The page about all faults, formatted as `deno fmt` would. */
export function page(groups: readonly Group[]): string {
  const sections = groups.map(({ promise, mutants }) =>
    `## ${promise}\n\n${table(mutants.map(rowOf)).join("\n")}\n`
  )
  const count = groups.reduce((sum, { mutants }) => sum + mutants.length, 0)
  return [introduction(count), ...sections].join("\n")
}

const introduction = (count: number): string =>
  `# Deliberate faults

A test proves something only if it fails when the code is wrong. \`npm run mutants\` therefore breaks
a copy of the project on purpose, one fault at a time, and sees that the test that is named for it
fails: by an assertion, or because it never ends. A fault that does not compile counts as missed,
and so does one whose test does not pass without it. There are ${count} of them.

They are written down in \`test/mutants/faults\`, by the promise that they break, and this page is
made from there by \`npm run mutants -- --write\`. \`npm test\` tries a few of them each time, and sees
that all of them still fit the code. What is caught in \`test/lab\` needs root.
`

function rowOf({ fault, harm, caughtBy: { file, test, runtime } }: Mutant): readonly string[] {
  const where = runtime === "deno" ? ", in Deno" : ""
  return [fault, harm, `[${escaped(test)}](../${file})${where}`]
}

/** What is no text in a table of Markdown. */
const escaped = (text: string): string => text.replaceAll(/[|[\]_*<>\\]/g, "\\$&")

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const all = [heads, ...rows]
  const widths = heads.map((_, i) => Math.max(...all.map((row) => row[i].length)))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(" | ")} |`
  return [line(heads), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)]
}

const heads = ["The fault", "What it would do to a user", "The test that catches it"]
