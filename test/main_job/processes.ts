import { existsSync, readdirSync, readFileSync } from "node:fs"
import { setTimeout } from "node:timers/promises"

/** The processes of a running main job. */
export interface Children {
  readonly sender: number
  readonly receiver: number
}

/** Waits until there are a sender and a receiver among the descendants of a process. */
export async function childrenUnderWay(pid: number): Promise<Children> {
  for (;; await setTimeout(50)) {
    const found = descendantsOf(pid)
    const sender = found.find((pid) => commandOf(pid).includes("demo/sender.ts"))
    const receiver = found.find((pid) => commandOf(pid).includes("demo/receiver.ts"))
    if (sender !== undefined && receiver !== undefined) return { sender, receiver }
  }
}

/** Waits until processes have ended. */
export async function untilGone(pids: Iterable<number>): Promise<void> {
  for (const pid of pids) while (existsSync(`/proc/${pid}/exe`)) await setTimeout(50)
}

/** A process's children, their children, and so on. */
export function descendantsOf(pid: number): number[] {
  const children = tasksOf(pid)
    .flatMap((task) => read(`/proc/${pid}/task/${task}/children`).split(" "))
    .filter(Boolean).map(Number)
  return children.flatMap((child) => [child, ...descendantsOf(child)])
}

/** The command line of a process. */
export const commandOf = (pid: number): string =>
  read(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim()

function tasksOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch {
    return ""
  }
}
