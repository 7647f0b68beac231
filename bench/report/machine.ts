import { spawnSync } from "node:child_process"
import { cpus } from "node:os"
import process from "node:process"
import { read } from "../method/foreign.ts"

/** What a figure depends on. */
export interface Machine {
  readonly kernel: string
  readonly cpu: string
  readonly cpus: number
  /** Bytes of a packet, by link. */
  readonly mtu: Readonly<Record<string, number>>
  readonly optmemMax: string
  readonly memlock: string
  readonly congestionControl: string
  readonly versions: Readonly<Record<string, string>>
  /** Ends in "-dirty" when files differ from it. */
  readonly commit: string
}

export const describeMachine = (deno: string, mtu: Machine["mtu"]): Machine => ({
  kernel: print("uname", "-srm"),
  cpu: cpus()[0].model,
  cpus: cpus().length,
  mtu,
  optmemMax: read("/proc/sys/net/core/optmem_max").trim(),
  memlock: /Max locked memory +(\S+)/.exec(read("/proc/self/limits"))?.[1] ?? "unknown",
  congestionControl: read("/proc/sys/net/ipv4/tcp_congestion_control").trim(),
  versions: {
    bun: process.versions.bun ?? "unknown",
    deno: print(deno, "--version").split("\n")[0].replace("deno ", ""),
    node: print("node", "--version"),
  },
  commit: print("git", "describe", "--always", "--exclude=*") + (isChanged() ? "-dirty" : ""),
})

/** Results themselves change nothing that is measured. */
const isChanged = (): boolean =>
  print("git", "status", "--porcelain", "--untracked-files=no", "--", ".", ":!bench/results") !== ""

const print = (name: string, ...args: string[]): string =>
  spawnSync(name, args, { encoding: "utf8" }).stdout?.trim() ?? "unknown"
