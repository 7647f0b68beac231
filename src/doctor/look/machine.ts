import { readdirSync, readlinkSync } from "node:fs"
import { backend } from "../../../ffi/runtime/select.ts"
import { type Surroundings, surroundings } from "../../kernel/mod.ts"
import type { Capture, Memlock, Process, Tcp } from "../facts.ts"

/** The names in a folder; none if it may not be read. */
function list(path: string): readonly string[] {
  return attempt(path, () => readdirSync(path)) ?? []
}

/** What the symbolic link says; nothing if it may not be read. */
function link(path: string): string | undefined {
  return attempt(path, () => readlinkSync(path))
}

/** Without a prompt. */
function attempt<T>(path: string, look: () => T): T | undefined {
  if (!backend().permits({ name: "read", path })) return undefined
  try {
    return look()
  } catch {
    return undefined
  }
}

/** The release of the kernel. */
export const kernelOf = ({ text, machine }: Surroundings): string | undefined =>
  text("/proc/sys/kernel/osrelease")?.trim() ?? machine()?.kernel

/** `net.core.optmem_max`. */
export const optmemOf = ({ text }: Surroundings): number | undefined =>
  numbersIn(text("/proc/sys/net/core/optmem_max"))?.[0]

export function tcpOf({ text }: Surroundings): Tcp | undefined {
  const congestionControl = text("/proc/sys/net/ipv4/tcp_congestion_control")?.trim()
  const send = numbersIn(text("/proc/sys/net/ipv4/tcp_wmem"))
  const receive = numbersIn(text("/proc/sys/net/ipv4/tcp_rmem"))
  if (congestionControl === undefined || send === undefined || receive === undefined) {
    return undefined
  }
  return { congestionControl, sendBytes: send[2], receiveBytes: receive[2] }
}

/** RLIMIT_MEMLOCK and who shares it. `bytes` is Infinity if it does not apply. */
export function memlockOf(bytes: number): Omit<Memlock, "freeBytes"> {
  const { text } = surroundings()
  const [, hard] = /^Max locked memory\s+\S+\s+(\S+)/m.exec(text("/proc/self/limits") ?? "") ?? []
  const status = text("/proc/self/status") ?? ""
  const [, effective] = /^CapEff:\s*([0-9a-f]+)/m.exec(status) ?? []
  const user = userIn(status)
  return {
    bytes,
    hardBytes: hard === "unlimited" ? Infinity : hard === undefined ? undefined : Number(hard),
    capable: effective === undefined
      ? undefined
      : (BigInt(`0x${effective}`) >> CAP_IPC_LOCK & 1n) === 1n,
    user,
    others: user === undefined || bytes === Infinity ? [] : pinningProcesses(user),
  }
}

/**
 * Other processes of the user that may have charged pages: those that run Bun or Deno, and those that
 * have pinned memory in other ways. The kernel counts zero-copy pages for each user only.
 */
function pinningProcesses(user: number): readonly Process[] {
  const { text } = surroundings()
  const own = /^Pid:\s*(\d+)/m.exec(text("/proc/self/status") ?? "")?.[1]
  return processes().flatMap((pid) => {
    if (pid === own) return []
    const status = text(`/proc/${pid}/status`) ?? ""
    const pinned = Number(/^VmPin:\s*(\d+)/m.exec(status)?.[1] ?? 0)
    const name = nameIn(status)
    const runs = /^(bun|deno|zerowire)/.test(name)
    return userIn(status) === user && (runs || pinned > 0) ? [{ pid: Number(pid), name }] : []
  })
}

/**
 * Packet sockets that see what is sent (packet(7)): those for every protocol, ETH_P_ALL. Sockets for one
 * protocol, such as those of a DHCP client, see only what arrives.
 */
export function capturesOf({ text }: Surroundings): readonly Capture[] | undefined {
  const table = text("/proc/net/packet")
  if (table === undefined) return undefined
  const open = table.trim().split("\n").slice(1).map((row) => row.trim().split(/\s+/))
    .filter(([, , , protocol, , running]) => protocol === "0003" && running === "1")
  if (open.length === 0) return []
  const holders = holdersOf(new Set(open.map((row) => row[8])))
  return open.map((row) => ({ device: Number(row[4]), process: holders.get(row[8]) }))
}

/** The processes that hold these sockets, by the sockets' inodes. Others' are hidden without root. */
function holdersOf(inodes: ReadonlySet<string>): ReadonlyMap<string, Process> {
  const found = new Map<string, Process>()
  for (const pid of processes()) {
    for (const fd of list(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(link(`/proc/${pid}/fd/${fd}`) ?? "")?.[1]
      if (inode === undefined || !inodes.has(inode)) continue
      const name = nameIn(surroundings().text(`/proc/${pid}/status`) ?? "")
      found.set(inode, { pid: Number(pid), name })
    }
  }
  return found
}

/** What the process runs in; `false` if it is no container, as far as can be seen. */
export function containerOf({ text, variable }: Surroundings): string | false | undefined {
  const uidMap = text("/proc/self/uid_map")
  if (variable("KUBERNETES_SERVICE_HOST") !== undefined) return "Kubernetes"
  if (text("/.dockerenv") !== undefined) return "Docker"
  if (text("/run/.containerenv") !== undefined) return "Podman"
  const named = variable("container")
  if (named !== undefined && named !== "") return named
  const groups = text("/proc/1/cgroup") ?? text("/proc/self/cgroup") ?? ""
  const [kind] = /kubepods|docker|containerd|libpod|lxc|machine\.slice/.exec(groups) ?? []
  if (kind !== undefined) return kind
  if (uidMap === undefined) return undefined
  return /^\s*0\s+0\s+4294967295\s*$/.test(uidMap) ? false : "a user namespace"
}

const processes = (): readonly string[] => list("/proc").filter((name) => /^\d+$/.test(name))
const nameIn = (status: string): string => /^Name:\s*(.*)$/m.exec(status)?.[1] ?? ""

function userIn(status: string): number | undefined {
  const [, real] = /^Uid:\s*(\d+)/m.exec(status) ?? []
  return real === undefined ? undefined : Number(real)
}

const numbersIn = (text: string | undefined): readonly number[] | undefined =>
  text?.trim().split(/\s+/).map(Number)

const CAP_IPC_LOCK = 14n
