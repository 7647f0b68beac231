import process from "node:process"
import { messageOf } from "../argument/mod.ts"
import { type Libc, libc as loadedLibc } from "../../ffi/libc.ts"
import { linuxKernel, requireNet, type Surroundings, surroundings } from "../kernel/mod.ts"
import type { Facts } from "./facts.ts"
import { tryCalls } from "./look/calls.ts"
import { freeToPin } from "./look/free_to_pin.ts"
import { libcName } from "./look/libc_name.ts"
import * as machine from "./look/machine.ts"
import { type Asked, look } from "./look/target.ts"

/** Looks at everything that can be seen from here. */
export async function examine(asked: Asked | undefined): Promise<Facts> {
  const from = surroundings()
  const libc = attempt(loadedLibc)
  return {
    ...await surroundingFacts(from),
    ...("failure" in libc
      ? { libc, calls: undefined, memlock: undefined, target: undefined }
      : await callingFacts(libc.value, asked)),
  }
}

function surroundingFacts(from: Surroundings) {
  return {
    runtime: from.runtime,
    runtimeVersion: process.versions[from.runtime] ?? "",
    platform: process.platform,
    architecture: process.arch,
    kernel: machine.kernelOf(from),
    seesProc: from.text("/proc/self/status") !== undefined,
    optmemBytes: machine.optmemOf(from),
    container: machine.containerOf(from),
    captures: machine.capturesOf(from),
    tcp: machine.tcpOf(from),
  }
}

async function callingFacts(libc: Libc, asked: Asked | undefined) {
  const kernel = linuxKernel()
  const permit = (port: number) => requireNet("127.0.0.1", port)
  const { memlockBytes } = kernel.pinLimits
  return {
    libc: { name: libcName(libc) },
    calls: await tryCalls(kernel, libc, permit),
    memlock: {
      ...machine.memlockOf(memlockBytes),
      freeBytes: await freeToPin(kernel, permit),
    },
    target: asked === undefined ? undefined : await look(libc, asked),
  }
}

function attempt<T>(open: () => T): { readonly value: T } | { readonly failure: string } {
  try {
    return { value: open() }
  } catch (thrown) {
    return { failure: messageOf(thrown) }
  }
}
