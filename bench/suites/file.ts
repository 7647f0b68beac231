import { sayTable } from "./columns.ts"
import type { Reference } from "../peers/compiler.ts"
import { sayTrouble } from "../method/contest.ts"
import type { Options } from "../options.ts"
import { fileRivals } from "../rivals.ts"
import { holdOver } from "./stream.ts"
import { moves, wayColumnsWithIds, type WayRow, wayRowsOf } from "./ways.ts"

/** Measures files that are in memory; `say` gets the table. */
export async function measureFile(
  options: Options,
  reference: Reference,
  say: (text: string) => void,
): Promise<readonly WayRow[]> {
  say(
    `\n${options.link}, files: sendFile, fileStream, pipeTo and sendFrom beside the runtime's own ` +
      "pipeTo, and sendfile in C",
  )
  // The runtime decides how it reads a file. The size says only how long what is checked may be.
  const standings = await holdOver(fileRivals, options, 65_536, reference, moves)
  const rows = wayRowsOf(standings.rounds, options.totalBytes, "c-sendfile")
  sayTable(rows, wayColumnsWithIds, say)
  sayTrouble(standings, say)
  return rows
}
