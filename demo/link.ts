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
  /**
   * Starts a command at the sender's end, in a process group of its own. All three standard streams are
   * pipes.
   */
  spawnSender(command: readonly string[]): ChildProcess
  /** The same at the receiver's end. */
  spawnReceiver(command: readonly string[]): ChildProcess
  /** Kills what was spawned and is still there, and removes the link. */
  close(): void
}

/** Why there can be no such link here, or nothing where there can be one. */
export const linkObstacle = (name: LinkName): string | undefined =>
  name === "lab" ? labObstacle() : undefined

/** Sets the link up. */
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

/** Sender and receiver on CPUs of their own, so that neither is charged with the other's work. */
const pinned = (cpu: number, command: readonly string[]): readonly string[] =>
  several ? ["taskset", "--cpu-list", String(cpu), ...command] : command

/** Ctrl-C is for whoever started them: he ends them, and tells what they were doing. */
const apart = { detached: true } as const

const several = cpus().length > 1
