import type { Courier, Kernel, Poller } from "../../src/kernel/port.ts"

/** How often each call of the port was made, by its name there. */
export type CallCounts = Record<string, number>

/** The same kernel, with every call that goes to it counted in `counts`. */
export function counting(kernel: Kernel, counts: CallCounts): Kernel {
  const made: Partial<Kernel> = {
    poller: (wake) => counted<Poller>(kernel.poller(wake), "poller.", counts),
    courier: () => counted<Courier>(kernel.courier(), "courier.", counts),
  }
  return counted(kernel, "", counts, made)
}

function counted<T extends object>(
  target: T,
  prefix: string,
  counts: CallCounts,
  others: Partial<T> = {},
): T {
  const methods = new Map<string | symbol, unknown>(Object.entries(others))
  return new Proxy(target, {
    get(target, name) {
      const known = methods.get(name)
      if (known !== undefined) return known
      const value = Reflect.get(target, name, target)
      if (typeof value !== "function") return value
      const path = prefix + String(name)
      const method = inMemory.has(path) ? value.bind(target) : (...args: unknown[]) => {
        counts[path] = (counts[path] ?? 0) + 1
        return value.apply(target, args)
      }
      methods.set(name, method)
      return method
    },
  })
}

/** Calls of the port that make no system call. */
const inMemory = new Set(["memoryOf", "rebind", "vector", "poller.reference"])
