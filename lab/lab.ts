/**
 * The lab: a link with real zero-copy, on one machine without a network card.
 *
 * Two network namespaces, A and B, are joined by a veth pair. On B's end an XDP program passes every
 * packet. For that the driver copies each packet into pages of its own, as a card's DMA would, so that
 * the acknowledgement releases the sender's pages, not a copy.
 *
 * Everything is held by file descriptors of this process. However it ends, the namespaces, devices and
 * programs disappear with it.
 *
 * @module
 */
import { type ChildProcess, spawnSync } from "node:child_process"
import process from "node:process"
import { libc } from "../ffi/libc.ts"
import { linkXdp, loadXdp, replaceXdp } from "./bpf.ts"
import { check, Namespace } from "./namespace.ts"
import { pinReceiving } from "./napi.ts"
import { openTap } from "./tap.ts"
import { drop, passAll } from "./xdp.ts"

export type { Namespace } from "./namespace.ts"

export interface LabOptions {
  /** Bytes of a packet. Default 1500. */
  readonly mtu?: number
  /**
   * `xdp` is a link with real zero-copy. On a plain `veth` the kernel copies each packet on delivery.
   * Default `"xdp"`.
   */
  readonly kind?: "xdp" | "veth"
  /** A CPU for receiving in B, apart from the sender's. Default: the kernel chooses. */
  readonly receivingCpu?: number
  /** `net.core.optmem_max` in A, in bytes. Default: the system's. */
  readonly optmemMax?: number
  /**
   * A queue in front of A's device, like that of a card. Without it, packets are lost when B has no room,
   * which happens when many connections send at once. With it, the connections wait (Linux 6.16).
   */
  readonly queue?: boolean
  /** The congestion control of both sides. Default: the system's. */
  readonly congestionControl?: string
}

/** One end of the link. */
export interface Side {
  readonly namespace: Namespace
  readonly device: string
  readonly ipv4: string
  readonly ipv6: string
}

/** Why the lab cannot be opened here; nothing if it can. */
export const labObstacle = (): string | undefined => (obstacle ??= { is: findObstacle() }).is

let obstacle: { readonly is: string | undefined } | undefined

function findObstacle(): string | undefined {
  if (process.platform !== "linux") return "the lab needs Linux"
  if (process.geteuid?.() !== 0) return "the lab needs root (namespaces, BPF)"
  for (const tool of ["ip", "nsenter", "unshare", "taskset"]) {
    if (spawnSync(tool, ["--version"]).error === undefined) continue
    return `the lab needs the command ${tool} (packages iproute2 and util-linux)`
  }
  try {
    new Lab({}).close()
  } catch (failure) {
    return `the lab cannot be opened: ${failure instanceof Error ? failure.message : failure}`
  }
  return undefined
}

/** Two hosts and the wire between them. */
export class Lab implements Disposable, AsyncDisposable {
  readonly a: Side
  readonly b: Side
  #link = -1
  readonly #children: ChildProcess[] = []
  readonly #ended: Promise<unknown>[] = []

  /** @throws {Error} with the step that failed. */
  constructor(options: LabOptions = {}) {
    const id = `zw${process.pid % 1_000_000}x${count++}`
    this.a = { namespace: Namespace.open(), device: `${id}a`, ipv4: "192.0.2.1", ipv6: "fd00::1" }
    this.b = { namespace: Namespace.open(), device: `${id}b`, ipv4: "192.0.2.2", ipv6: "fd00::2" }
    try {
      this.#open(options)
    } catch (failure) {
      this.close()
      throw failure
    }
  }

  /** Drops about `parts` of 1024 packets to B: 0 drops none, 1024 all. */
  drop(parts: number): void {
    const program = loadXdp(parts === 0 ? passAll : drop(parts))
    try {
      check("replace the XDP program", replaceXdp(this.#link, program))
    } finally {
      libc().close(program)
    }
  }

  /** Nothing reaches B until `heal`. Sent bytes stay unacknowledged, and their ids outstanding. */
  blackhole(): void {
    this.drop(1024)
  }

  heal(): void {
    this.drop(0)
  }

  /**
   * Captures packets in A, as tcpdump does, which makes the kernel copy. Returns a function that stops
   * it.
   */
  tap(): () => void {
    return openTap(this.a.namespace)
  }

  /** Starts a command on one side. It is killed when the lab closes. */
  spawn(side: Side, ...[command, options]: Parameters<Namespace["spawn"]>): ChildProcess {
    const child = side.namespace.spawn(command, options)
    this.#children.push(child)
    this.#ended.push(new Promise((resolve) => child.once("exit", resolve).once("error", resolve)))
    return child
  }

  /** Ends the commands that were started here, and removes the link. */
  close(): void {
    for (const child of this.#children) {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL")
    }
    if (this.#link >= 0) libc().close(this.#link)
    this.#link = -1
    this.a.namespace.close()
    this.b.namespace.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** As `close()`. Resolves when the commands have ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
    await Promise.all(this.#ended)
  }

  #open(
    { mtu = 1500, kind = "xdp", queue, receivingCpu, optmemMax, congestionControl }: LabOptions,
  ): void {
    const { a, b } = this
    a.namespace.run(
      ...["ip", "link", "add", a.device, "mtu", String(mtu), "type", "veth"],
      ...["peer", "name", b.device, "mtu", String(mtu), "netns", b.namespace.path],
    )
    for (const { namespace, device, ipv4, ipv6 } of [a, b]) {
      namespace.run("ip", "link", "set", "lo", "up")
      namespace.run("ip", "address", "add", `${ipv4}/24`, "dev", device)
      // Without duplicate detection, which would make the address unusable for a second.
      namespace.run("ip", "-6", "address", "add", `${ipv6}/64`, "dev", device, "nodad")
      namespace.run("ip", "link", "set", device, "up")
      if (congestionControl !== undefined) {
        namespace.sysctl("ipv4/tcp_congestion_control", congestionControl)
      }
    }
    if (queue) a.namespace.run("tc", "qdisc", "replace", "dev", a.device, "root", "pfifo")
    if (optmemMax !== undefined) a.namespace.sysctl("core/optmem_max", optmemMax)
    if (kind === "xdp") this.#attach()
    if (receivingCpu !== undefined) pinReceiving(b.namespace, b.device, receivingCpu)
  }

  #attach(): void {
    const program = loadXdp(passAll)
    try {
      this.#link = this.b.namespace.inside(() => linkXdp(program, indexOf(this.b)))
    } finally {
      libc().close(program)
    }
  }
}

/** The kernel's number for a device. */
const indexOf = ({ namespace, device }: Side): number =>
  Number(namespace.run("ip", "-oneline", "link", "show", device).split(":", 1)[0])

let count = 0
