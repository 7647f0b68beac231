import { spawnSync } from "node:child_process"
import process from "node:process"
import { fileURLToPath } from "node:url"
import { denoPath } from "../../demo/runtime.ts"
import type { Options } from "../options.ts"
import { type Columns, sayTable } from "./columns.ts"

/** What so many idle sockets cost in one runtime. */
export interface IdleRow {
  readonly runtime: string
  readonly sockets: number
  /** Bytes of JavaScript heap. What the kernel keeps for a socket comes on top. */
  readonly heapBytesPerSocket: number
  /** Of one CPU. */
  readonly cpuPercent: number
  readonly wakes: number
}

/** Measures idle sockets; `say` gets the table. A count beyond the limit of open files is left out. */
export function measureIdle(
  { sockets, idleSeconds }: Pick<Options, "sockets" | "idleSeconds">,
  say: (text: string) => void,
): IdleRow[] {
  const program = fileURLToPath(new URL("../rivals/idle.ts", import.meta.url))
  const runtimes = {
    bun: [process.execPath],
    deno: [denoPath(), "run", "--allow-all", "--no-check", "--v8-flags=--expose-gc"],
  }
  const rows = Object.entries(runtimes).flatMap(([runtime, [name, ...args]]) =>
    sockets.flatMap((count): IdleRow[] => {
      const run = [...args, program, String(count), String(idleSeconds)]
      const { status, stdout, stderr } = spawnSync(name, run, { encoding: "utf8" })
      if (status !== 0) {
        say(`${runtime}: ${count} sockets failed: ${stderr.trim().split("\n").at(-1)}`)
        return []
      }
      return [{ runtime, ...JSON.parse(stdout) }]
    })
  )
  sayTable(rows, columns, say)
  return rows
}

const columns: Columns<IdleRow> = {
  runtime: ({ runtime }) => runtime,
  sockets: ({ sockets }) => String(sockets),
  "heap bytes each": ({ heapBytesPerSocket }) => String(heapBytesPerSocket),
  "CPU %": ({ cpuPercent }) => cpuPercent.toFixed(2),
  wakes: ({ wakes }) => String(wakes),
}
