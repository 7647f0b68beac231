import type { Kernel, Memory } from "../../src/kernel/port.ts"
import { simulate, type Simulation } from "../../src/testing.ts"
import { Resources } from "./resources.ts"
import { copies, type LinkName, type Side, type Testbed, type TestbedOptions } from "./testbed.ts"

/** The simulated kernel, in virtual time. */
export class SimulatedTestbed implements Testbed {
  readonly kernelName = "simulated"
  readonly kernel: Kernel
  readonly link: LinkName
  readonly #simulation: Simulation
  readonly #resources: Resources

  constructor(link: LinkName, { optmemMax, memlock, firstId, faults = {} }: TestbedOptions) {
    this.link = link
    this.#simulation = simulate({
      limits: {
        ...(optmemMax === undefined ? {} : { optmem: optmemMax }),
        ...(memlock === undefined ? { ipcLock: true } : { memlock }),
        ...(firstId === undefined ? {} : { firstId }),
      },
      faults,
    })
    this.kernel = this.#simulation.kernel
    this.#resources = new Resources(this.kernel)
    this.heal()
  }

  socket(_side: Side, family: 4 | 6): number {
    return this.own(this.kernel.socket(family))
  }

  own(fd: number): number {
    return this.#resources.own(fd)
  }

  close(fd: number): void {
    this.#resources.close(fd)
  }

  address(side: Side, family: 4 | 6): string {
    if (this.link === "loopback") return family === 4 ? "127.0.0.1" : "::1"
    const host = side === "a" ? 1 : 2
    return family === 4 ? `198.51.100.${host}` : `2001:db8:1::${host}`
  }

  async until(what: string, condition: () => boolean, patience = usualPatience): Promise<void> {
    for (let millis = 0; !condition(); millis++) {
      if (millis === patience) throw new Error(`Waited ${patience} ms for nothing: ${what}`)
      this.#simulation.advance(1)
      await Promise.resolve()
    }
  }

  settle(): Promise<void> {
    this.#simulation.advance(100)
    return Promise.resolve()
  }

  blackhole(): void {
    this.#simulation.link.blackhole = this.link === "lab"
  }

  heal(): void {
    const { link } = this.#simulation
    Object.assign(link, { blackhole: false, loss: 0, copied: copies(this) })
  }

  lose(): void {
    this.#simulation.link.loss = this.link === "lab" ? 0.05 : 0
  }

  capture(): () => void {
    this.#simulation.link.copied = true
    return () => {
      this.#simulation.link.copied = copies(this)
    }
  }

  pages(count: number): Memory {
    return this.kernel.memoryOf(new ArrayBuffer(count * 4096))
  }

  spoil({ buffer }: Memory): void {
    buffer.transfer()
  }

  poller(wake: () => void = () => {}): ReturnType<Kernel["poller"]> {
    return this.#resources.poller(wake)
  }

  async end(): Promise<void> {
    await this.#resources.end()
    this.#simulation.checkMemory()
  }
}

/** Virtual milliseconds. */
const usualPatience = 10_000
