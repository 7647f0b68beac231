import { type ChildProcess, spawn, spawnSync, type StdioOptions } from "node:child_process"
import { readFileSync } from "node:fs"
import { cpus } from "node:os"
import process from "node:process"
import { Lab, labObstacle } from "../../lab/lab.ts"

/** The ways that are measured. */
export const linkNames = ["lab", "veth", "loopback"] as const
export type LinkName = (typeof linkNames)[number]

export interface LinkOptions {
  /** Bytes of a packet; loopback has its own. */
  readonly mtu: number
  /** The system's default unless said otherwise; loopback has no other. */
  readonly congestionControl?: string | undefined
  /** See the lab; loopback loses nothing. */
  readonly queue?: boolean
}

/** Two ends, each with a CPU of its own where there are two. */
export interface Link extends Disposable {
  /** Of the receiving end. */
  readonly address: string
  /** Of the sending end. */
  readonly senderAddress: string
  /** Bytes of a packet. */
  readonly mtu: number
  /** Runs a sender to its end and answers what it printed. */
  send(command: readonly string[]): string
  /** Starts a server at the sending end. It ends with the link. */
  serve(command: readonly string[]): ChildProcess
  /** Starts a receiver, which ends with the link. */
  receive(command: readonly string[]): ChildProcess
  /** Starts a program at the sending end, on the receiver's CPU. It ends with the link. */
  beside(command: readonly string[]): ChildProcess
}

/** Why a link cannot be had here, or nothing. */
export const linkObstacle = (name: LinkName): string | undefined =>
  name === "loopback" ? undefined : labObstacle()

/** Bytes of a packet on a link. */
export const mtuOf = (name: LinkName, { mtu }: LinkOptions): number =>
  name === "loopback" ? Number(readFileSync("/sys/class/net/lo/mtu", "utf8")) : mtu

export function openLink(name: LinkName, options: LinkOptions): Link {
  return name === "loopback" ? loopback(mtuOf(name, options)) : between(name, options)
}

function between(
  name: "lab" | "veth",
  { mtu, congestionControl, queue = false }: LinkOptions,
): Link {
  const kind = name === "lab" ? "xdp" : "veth"
  // The copy that stands for a card's DMA is made where the receiver is, and not charged to the sender.
  // A plain veth has no such copy, and no queue of its own to receive from (NAPI).
  const receiving = several && kind === "xdp" ? { receivingCpu: 1 } : {}
  const lab = new Lab({
    kind,
    mtu,
    queue,
    ...receiving,
    ...(congestionControl && { congestionControl }),
  })
  return {
    address: lab.b.ipv4,
    senderAddress: lab.a.ipv4,
    mtu,
    send: (command) => lab.a.namespace.run(...pinned(0, command)),
    serve: (command) => lab.spawn(lab.a, pinned(0, command), { stdio: heard }),
    receive: (command) => lab.spawn(lab.b, pinned(1, command)),
    beside: (command) => lab.spawn(lab.a, pinned(1, command)),
    [Symbol.dispose]: () => lab.close(),
  }
}

function loopback(mtu: number): Link {
  const children: ChildProcess[] = []
  const end = () => children.forEach((child) => child.kill("SIGKILL"))
  process.on("exit", end)
  const receive = (command: readonly string[]) => {
    const [name, ...args] = pinned(1, command)
    const child = spawn(name, args)
    children.push(child)
    return child
  }
  return {
    address: "127.0.0.1",
    senderAddress: "127.0.0.1",
    mtu,
    send(command) {
      const [name, ...args] = pinned(0, command)
      const { status, stdout, stderr } = spawnSync(name, args, { encoding: "utf8" })
      if (status !== 0) throw new Error(`Cannot run "${command.join(" ")}": ${stderr}`)
      return stdout
    },
    serve(command) {
      const [name, ...args] = pinned(0, command)
      const child = spawn(name, args, { stdio: heard })
      children.push(child)
      return child
    },
    receive,
    beside: receive,
    [Symbol.dispose]() {
      process.off("exit", end)
      end()
    },
  }
}

const pinned = (cpu: number, command: readonly string[]): readonly string[] =>
  several ? ["taskset", "--cpu-list", String(cpu), ...command] : command

/** What a server complains of is seen. */
const heard: StdioOptions = ["pipe", "pipe", "inherit"]

const several = cpus().length > 1
