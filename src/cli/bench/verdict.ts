import type { HostPort } from "../address.ts"
import type { Compared } from "./compare.ts"
import { meaningOf } from "./copied.ts"
import { wrapped } from "./wrapped.ts"

/** What was compared. */
export interface Contest {
  readonly runtime: string
  readonly to: HostPort
  /** Whether the receiver is the command's own. */
  readonly loopback: boolean
  readonly rows: readonly Compared[]
}

/** What the ratios mean, in a sentence, and why memory was copied, in another. */
export function verdict({ runtime, to, loopback, rows }: Contest): string {
  const ours = rows.filter(({ own }) => !own)
  const where = loopback ? "over loopback" : `to ${to.hostname}`
  const compared = `Where ${runtime}'s own pipeTo takes 1 s of CPU time ${where}, ` +
    `Zerowire takes ${ours.map(told).join(" and ")}.`
  const cure = (reason: string) =>
    loopback || reason === "local"
      ? "Run zerowire bench HOST:PORT with a receiver on another host to see zero-copy."
      : `zerowire doctor ${to.hostname} says what can be done.`
  // Probes are told apart, but the place explains all of it.
  const meaning = (reason: string) => meaningOf(loopback ? "local" : reason)
  return wrapped([compared, ...ours.flatMap((row) => whyCopied(row, meaning, cure))].join(" "))
}

/** A difference that not all rounds show is none. */
function told({ source, ratio, least, most }: Compared): string {
  const unclear = least <= 1 && most >= 1 ? " (no clear difference)" : ""
  return `${ratio.toFixed(2)} s for the ${source}${unclear}`
}

function whyCopied(
  row: Compared,
  meaning: (reason: string) => string,
  cure: (reason: string) => string,
): readonly string[] {
  const [reason, bytes = 0] = Object.entries(row.reasons).toSorted(([, a], [, b]) => b - a)[0] ?? []
  // Nobody notices a twentieth.
  if (reason === undefined || bytes < row.bytes / 20) return []
  return [`The ${row.source} was copied ${meaning(reason)}. ${cure(reason)}`]
}
