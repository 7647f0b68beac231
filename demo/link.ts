import { type ChildProcess, spawn } from "node:child_process"
import { cpus } from "node:os"
import { Lab, labObstacle } from "../lab/lab.ts"

/** The ways from sender to receiver. */
export type LinkName = "loopback" | "lab"

/** One way from sender to receiver. */
export interface Link {
  readonly name: LinkName
  /** Where the receiver listens. */
  readonly address: string
  /** Starts a command at the sender's end, in its own process group. All three standard streams are pipes. */
  spawnSender(command: readonly string[]): ChildProcess
  /** The same at the receiver's end. */
  spawnReceiver(command: readonly string[]): ChildProcess
  /** Kills the spawned processes that still run, and removes the link. */
  close(): void
}

/** Why this link cannot be opened here; nothing if it can. */
export const linkObstacle = (name: LinkName): string | undefined =>
  name === "lab" ? labObstacle() : undefined

/** Opens the link. */
export const openLink = (name: LinkName): Link => name === "lab" ? openLab() : openLoopback()

function openLoopback(): Link {
  const children: ChildProcess[] = []
  const start = ([name, ...args]: readonly string[]): ChildProcess => {
    const child = spawn(name, args, apart)
    children.push(child)
    return child
  }
  return {
    name: "loopback",
    address: "127.0.0.1",
    spawnSender: (command) => start(pinned(0, command)),
    spawnReceiver: (command) => start(pinned(1, command)),
    close() {
      for (const child of children) if (child.exitCode === null) child.kill("SIGKILL")
    },
  }
}

function openLab(): Link {
  const lab = new Lab(several ? { receivingCpu: 1 } : {})
  return {
    name: "lab",
    address: lab.b.ipv4,
    spawnSender: (command) => lab.spawn(lab.a, pinned(0, command), apart),
    spawnReceiver: (command) => lab.spawn(lab.b, pinned(1, command), apart),
    close: () => lab.close(),
  }
}

/** Sender and receiver run on separate CPUs, so that neither is charged with the other's work. */
const pinned = (cpu: number, command: readonly string[]): readonly string[] =>
  several ? ["taskset", "--cpu-list", String(cpu), ...command] : command

/** Ctrl-C should reach only the process that started them: it ends them, and says what they were doing. */
const apart = { detached: true } as const

const several = cpus().length > 1
