import type { Courier, Kernel, Poller } from "../../src/kernel/port.ts"

/** How often each call of the kernel port was made, by name. */
export type CallCounts = Record<string, number>

/** The same kernel, with every call counted in `counts`. */
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
  instead: Partial<T> = {},
): T {
  return replacing(target, instead, (method, name) => {
    const path = prefix + name
    if (inMemory.has(path)) return method.bind(target)
    return (...args) => {
      counts[path] = (counts[path] ?? 0) + 1
      return method.apply(target, args)
    }
  })
}

/** The same object with some methods replaced by those that `wrap` returns. */
function replacing<T extends object>(
  target: T,
  instead: Partial<T>,
  wrap = (method: Method, _name: string): Method => method.bind(target),
): T {
  const methods = new Map<string | symbol, unknown>(Object.entries(instead))
  return new Proxy(target, {
    get(target, name) {
      const known = methods.get(name)
      if (known !== undefined) return known
      const value = Reflect.get(target, name, target)
      if (typeof value !== "function") return value
      const method = wrap(value as Method, String(name))
      methods.set(name, method)
      return method
    },
  })
}

type Method = (...args: unknown[]) => unknown

/** Calls of the port that make no system call. */
const inMemory = new Set(["memoryOf", "rebind", "vector", "poller.reference"])
