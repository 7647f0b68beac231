/**
 * Cases: each is written once, and runs as a test on every kernel and link that it supports.
 *
 * @module
 */
import { after, test } from "node:test"
import { runAsUser } from "./child.ts"
import { closeLabs, linuxObstacle, LinuxTestbed } from "./linux_testbed.ts"
import { SimulatedTestbed } from "./simulated_testbed.ts"
import type { KernelName, LinkName, Testbed, TestbedOptions } from "./testbed.ts"

export interface Case {
  /** What it is called in the README of this folder. */
  readonly name: string
  /** Default: all. */
  readonly links?: readonly LinkName[]
  /** Default: both. */
  readonly kernels?: readonly KernelName[]
  readonly options?: TestbedOptions
  readonly run: (bed: Testbed) => Promise<void> | void
}

/** Turns cases into tests. */
export function register(cases: readonly Case[]): void {
  after(closeLabs)
  for (const one of cases) {
    for (const kernel of one.kernels ?? (["simulated", "linux"] as const)) {
      for (const link of one.links ?? (["loopback", "veth", "lab"] as const)) {
        add(one, kernel, link)
      }
    }
  }
}

/** Runs a case once. */
export async function runCase(one: Case, kernel: KernelName, link: LinkName): Promise<void> {
  const options = one.options ?? {}
  const bed = kernel === "linux"
    ? new LinuxTestbed(link, options)
    : new SimulatedTestbed(link, options)
  try {
    await one.run(bed)
  } finally {
    await bed.end()
  }
}

function add(one: Case, kernel: KernelName, link: LinkName): void {
  const options = one.options ?? {}
  const obstacle = kernel === "linux" ? linuxObstacle(link, options) : undefined
  const name = `${one.name}: ${kernel}, ${link}`
  if (obstacle !== undefined) {
    test(`${name} (${obstacle})`, { skip: obstacle }, () => {})
  } else if (kernel === "linux" && options.memlock !== undefined) {
    test(name, { timeout }, () => runAsUser(one.name, link, options.memlock as number))
  } else {
    test(name, { timeout }, () => runCase(one, kernel, link))
  }
}

/** Milliseconds. */
const timeout = 60_000
