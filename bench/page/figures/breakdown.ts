import { type BreakdownRow, type Part, partNames } from "../../suites/breakdown.ts"
import type { Result } from "../../report/result.ts"
import { barsSpec } from "../bars.ts"
import { type Figure, figureOf, type Gap, tableOf } from "../figure.ts"
import { styleOf } from "../rival_style.ts"
import { bytes, count, number, spread } from "../units.ts"

/** Where the processor time of a GB goes. */
export const breakdown = (results: readonly Result[]): Figure | Gap =>
  figureOf(results, "breakdown", "Where the time of a gigabyte goes", (rows) => {
    const [{ chunkBytes, totalBytes, rounds }] = rows
    const shown = rows.filter((row) => row.chunkBytes === chunkBytes)
    const bars = shown.map(({ rival, parts }) => ({
      name: rival,
      parts: partNames.map((part) => ({ name: names[part], colour: part, value: parts[part] })),
    }))
    return {
      finding: findingOf(shown),
      notes: [
        "perf looks 999 times for each second that the process runs, and every look counts for what the " +
        "thread was in: a system call, or the program itself. Sending includes what the kernel does on the way, " +
        "such as taking in what the peer has acknowledged; other threads are compilers, collectors and those " +
        "that wait, outside the kernel. A part with n samples is uncertain by about √n.",
      ],
      draw: (width) => barsSpec({ x: "CPU seconds per GB", bars }, width),
      table: tableOf<BreakdownRow>(rows, {
        chunk: ({ chunkBytes }) => bytes(chunkBytes),
        rival: ({ rival }) => rival,
        "CPU s/GB (least–most)": ({ cpuSecondsPerGB }) => spread(cpuSecondsPerGB),
        ...Object.fromEntries(
          partNames.map((part) => [names[part], ({ parts }: BreakdownRow) => number(parts[part])]),
        ),
        samples: ({ samples }) => count(samples),
      }),
      conditions: `chunks of ${bytes(chunkBytes)}; ${rounds} rounds of ${
        number(totalBytes / 1e9)
      } GB`,
    }
  })

/** What Zerowire’s time is made of. */
function findingOf(rows: readonly BreakdownRow[]): string {
  const ours = rows.filter(({ rival }) => rival.startsWith("zerowire-"))
  return ours.map(({ rival, parts }) => {
    const sum = partNames.reduce((sum, part) => sum + parts[part], 0)
    const share = (part: Part) => `${(parts[part] / sum * 100).toFixed(0)} %`
    return `Of Zerowire’s time in ${styleOf(rival).runtime}, ${
      share("send")
    } is the kernel sending, ` +
      `${share("javascript")} JavaScript, and ${share("reap")} the reading of notifications.`
  }).join(" ")
}

const names: Readonly<Record<Part, string>> = {
  send: "sending",
  reap: "notifications",
  wake: "waking",
  memory: "memory",
  javascript: "JavaScript",
  threads: "other threads",
  rest: "rest of the kernel",
}
