import process from "node:process"
import { setTimeout } from "node:timers/promises"
import * as linux from "../../ffi/constants.ts"
import { libc } from "../../ffi/libc.ts"
import type { NativeMemory } from "../../ffi/memory.ts"
import { linuxKernel } from "../../src/kernel/mod.ts"
import type { Kernel, Mapping, Memory } from "../../src/kernel/port.ts"
import { Lab, labObstacle } from "../../lab/lab.ts"
import { Resources } from "./resources.ts"
import type { LinkName, Side, Testbed, TestbedOptions } from "./testbed.ts"

/** The kernel of this machine, in real time. */
export class LinuxTestbed implements Testbed {
  readonly kernelName = "linux"
  readonly kernel: Kernel = linuxKernel()
  readonly link: LinkName
  readonly #lab: Lab | undefined
  readonly #resources = new Resources(this.kernel)
  readonly #mappings: Mapping[] = []
  readonly #spoilt: NativeMemory[] = []

  constructor(link: LinkName, options: TestbedOptions) {
    this.link = link
    this.#lab = labOf(link, options)
  }

  socket(side: Side, family: 4 | 6): number {
    const open = () => this.kernel.socket(family)
    if (this.#lab === undefined) return this.own(open())
    const { a, b } = this.#lab
    return this.own((side === "a" || this.link === "loopback" ? a : b).namespace.inside(open))
  }

  own(fd: number): number {
    return this.#resources.own(fd)
  }

  close(fd: number): void {
    this.#resources.close(fd)
  }

  address(side: Side, family: 4 | 6): string {
    if (this.#lab === undefined || this.link === "loopback") {
      return family === 4 ? "127.0.0.1" : "::1"
    }
    return this.#lab[side][family === 4 ? "ipv4" : "ipv6"]
  }

  async until(what: string, condition: () => boolean): Promise<void> {
    const end = Date.now() + patience
    while (!condition()) {
      if (Date.now() > end) throw new Error(`Waited ${patience} ms for nothing: ${what}`)
      await setTimeout(1)
    }
  }

  async settle(): Promise<void> {
    await setTimeout(50)
  }

  blackhole(): void {
    if (this.link === "lab") this.#lab?.blackhole()
  }

  heal(): void {
    if (this.link === "lab") this.#lab?.heal()
  }

  lose(): void {
    if (this.link === "lab") this.#lab?.drop(50)
  }

  capture(): () => void {
    return this.link === "lab" && this.#lab !== undefined ? this.#lab.tap() : () => {}
  }

  pages(count: number): Memory {
    const mapping = this.kernel.map(1, count * 4096)
    if (typeof mapping === "number") throw new Error(`Cannot map ${count} pages: errno ${-mapping}`)
    this.#mappings.push(mapping)
    return mapping.slots[0]
  }

  spoil(memory: Memory): void {
    this.#spoilt.push(memory as NativeMemory)
    libc().mprotect(memory as NativeMemory, 0, memory.buffer.byteLength, linux.PROT_NONE)
  }

  poller(wake: () => void = () => {}): ReturnType<Kernel["poller"]> {
    return this.#resources.poller(wake)
  }

  async end(): Promise<void> {
    this.heal()
    await this.#resources.end()
    const readable = linux.PROT_READ | linux.PROT_WRITE
    for (const memory of this.#spoilt) {
      libc().mprotect(memory, 0, memory.buffer.byteLength, readable)
    }
    for (const mapping of this.#mappings) this.kernel.unmap(mapping)
  }
}

/** Why a case cannot run on Linux here, or nothing where it can. */
export function linuxObstacle(link: LinkName, options: TestbedOptions): string | undefined {
  if (options.memlock !== undefined && process.geteuid?.() !== 0) {
    return "a limit that no other process shares needs root, to be another user"
  }
  return needsLab(link, options) ? labObstacle() : undefined
}

/** Closes the labs that testbeds have opened. */
export function closeLabs(): void {
  for (const lab of labs.values()) lab.close()
  labs.clear()
}

const needsLab = (link: LinkName, { optmemMax, fastOpen }: TestbedOptions): boolean =>
  link !== "loopback" || optmemMax !== undefined || fastOpen === true

/** One lab for each kind serves all cases, one after the other. */
function labOf(link: LinkName, options: TestbedOptions): Lab | undefined {
  if (!needsLab(link, options)) return undefined
  const { optmemMax, fastOpen = false } = options
  const kind = link === "lab" ? "xdp" : "veth"
  const key = JSON.stringify([kind, optmemMax, fastOpen])
  let lab = labs.get(key)
  if (lab !== undefined) return lab
  labs.set(key, lab = new Lab({ kind, ...(optmemMax === undefined ? {} : { optmemMax }) }))
  if (fastOpen) {
    const { a, b } = lab
    for (const { namespace } of [a, b]) namespace.sysctl("ipv4/tcp_fastopen", fastOpenForAll)
  }
  return lab
}

const labs = new Map<string, Lab>()

/** Client and server, without cookies, for every listener (ip-sysctl, tcp_fastopen). */
const fastOpenForAll = 0x1 | 0x2 | 0x4 | 0x200 | 0x400

/** Milliseconds; far more than anything here takes, because other work on the machine goes on. */
const patience = 20_000
