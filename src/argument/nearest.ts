/** Which of `names` the caller probably meant by `name`, if any. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const folded = fold(name)
  const synonym = Object.hasOwn(synonyms, folded)
    ? synonyms[folded].find((synonym) => names.includes(synonym))
    : undefined
  if (synonym !== undefined) return synonym
  // One slip in three letters; with more, something else was meant.
  let least = Math.min(3, Math.floor(folded.length / 3)) + 1
  let best: string | undefined
  for (const candidate of names) {
    const slips = distance(folded, fold(candidate))
    if (slips < least) [least, best] = [slips, candidate]
  }
  return best
}

/** What other libraries and runtimes call the same options, in lower case. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  ...sameFor(["hostname"], "host", "address", "addr", "ip", "interface", "server"),
  ...sameFor(["connectTimeout", "closeTimeout"], "timeout", "timeoutms", "deadline"),
  ...sameFor(["closeTimeout"], "linger", "lingertimeout", "shutdowntimeout"),
  ...sameFor(["start"], "offset", "from", "begin", "position"),
  ...sameFor(["end"], "to", "until"),
  ...sameFor(["slots", "buffers"], "count", "capacity", "slotcount", "buffercount"),
  ...sameFor(["slotBytes", "bufferBytes"], "size", "slotsize", "buffersize", "chunksize"),
  ...sameFor(["received"], "data", "head", "initialdata", "buffered"),
  ...sameFor(["signal"], "abortsignal", "abort"),
  ...sameFor(["noDelay"], "tcpnodelay"),
}

function sameFor(meant: readonly string[], ...names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [name, meant]))
}

/** close_timeout, CloseTimeout and closeTimeout are one name. */
const fold = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "")

/**
 * How many letters must be inserted, deleted, replaced or swapped with their neighbour to turn `a` into
 * `b` (optimal string alignment).
 */
function distance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  for (let i = 1; i <= a.length; i++) {
    const row = rows[i] = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = rows[i - 1][j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)
      row[j] = Math.min(replaced, rows[i - 1][j] + 1, row[j - 1] + 1)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        row[j] = Math.min(row[j], rows[i - 2][j - 2] + 1)
      }
    }
  }
  return rows[a.length][b.length]
}
