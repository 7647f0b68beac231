import { line } from "./table.ts"
import { type Line, linesOf, measured } from "./sent_table.ts"
import type { Result } from "./result.ts"

/**
 * The README's table: only the ratios to the runtime's own sockets, and a letter for the command below it,
 * so that it can be read in 80 columns. docs/performance.md has the seconds.
 */
export function readmeTable(results: readonly Result[]): string {
  const lines = linesOf(results)
  const commands = [...new Set(lines.map(({ command }) => command))]
  const letterOf = (command: string) => String.fromCharCode(firstLetter + commands.indexOf(command))
  const rows = Object.values(Object.groupBy(lines, ({ what }) => what))
  return [
    line(["what is sent", "Bun", "Deno", "by"]),
    line(["---", "---:", "---:", "---"]),
    ...rows.map((row = []) =>
      line([row[0].what, ratio(row, "bun"), ratio(row, "deno"), letterOf(row[0].command)])
    ),
    "",
    ...commands.map((command) => `- ${letterOf(command)}: \`${command}\``),
    "",
    `${measured(lines)}. All figures are medians.`,
  ].join("\n")
}

/** Bold where Zerowire costs more. */
function ratio(row: readonly Line[], runtime: Line["runtime"]): string {
  const figure = row.find((line) => line.runtime === runtime)?.ratio
  if (figure === undefined) return "–"
  return figure > 1 ? `**${figure.toFixed(2)}**` : figure.toFixed(2)
}

const firstLetter = "a".charCodeAt(0)
