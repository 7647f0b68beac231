import { readdirSync, readFileSync } from "node:fs"
import { type Namespace, runCommand } from "./namespace.ts"

/**
 * Gives the receiving side of `device` its own kernel thread, on one CPU. Otherwise the copy that stands
 * for a card's DMA runs where the packet was sent, and is charged to the sender.
 */
export function pinReceiving(namespace: Namespace, device: string, cpu: number): void {
  // /sys shows the namespace of the process that mounted it.
  const script = 'mount -t sysfs none /sys && printf 1 > "/sys/class/net/$1/threaded"'
  namespace.run("unshare", "--mount", "sh", "-c", script, "sh", device)
  for (const thread of threadsOf(device)) {
    runCommand(["taskset", "--pid", "--cpu-list", String(cpu), String(thread)])
  }
}

/** The process ids of the kernel threads that receive for `device`. */
const threadsOf = (device: string): number[] =>
  readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) =>
    nameOf(pid).startsWith(`napi/${device}-`)
  )

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8")
  } catch {
    // It has ended in the meantime.
    return ""
  }
}
