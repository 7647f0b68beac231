import type { Finding, Level, Report } from "./finding.ts"

export interface RenderOptions {
  /** Columns of the terminal. Longer messages are wrapped. */
  readonly columns: number
  /** Whether the terminal shows colours. */
  readonly colour: boolean
}

/** A report for people to read. */
export function render({ findings, worst }: Report, options: RenderOptions): string {
  const lines = findings.flatMap((finding) => linesOf(finding, options))
  return [...lines, "", painted(verdicts[worst], worst, options)].join("\n") + "\n"
}

function linesOf(
  { subject, level, message, cure }: Finding,
  options: RenderOptions,
): readonly string[] {
  const [first, ...rest] = wrap(`${subject}: ${message}`, options.columns - indent.length)
  return [
    `${painted(marks[level].padEnd(indent.length), level, options)}${first}`,
    ...rest.map((line) => indent + line),
    // Not wrapped, so that it can be copied.
    ...(cure === undefined ? [] : [`${indent}cure: ${cure}`]),
  ]
}

/** Breaks a text between words. */
function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = []
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= columns) {
      lines[lines.length - 1] = `${last} ${word}`
    } else lines.push(word)
  }
  return lines
}

const painted = (text: string, level: Level, { colour }: RenderOptions): string =>
  colour ? `\x1b[${colours[level]}m${text}\x1b[0m` : text

const marks: Readonly<Record<Level, string>> = {
  good: "good",
  unknown: "unknown",
  limit: "limit",
  problem: "PROBLEM",
}
const verdicts: Readonly<Record<Level, string>> = {
  good: "Everything is as it should be",
  unknown: "Nothing is wrong, as far as could be seen",
  limit: "It works, within limits",
  problem: "There are problems",
}
/** Green, grey, yellow, red. */
const colours: Readonly<Record<Level, number>> = { good: 32, unknown: 90, limit: 33, problem: 31 }
const indent = "         "
