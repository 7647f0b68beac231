import { show } from "../../argument/mod.ts"
import type { SocketHandlers } from "./direct_socket.ts"

/**
 * Checks the handlers that a program passes.
 *
 * @throws {TypeError} if they are not an object of functions with the right names, or `data` is missing.
 */
export function checkHandlers(action: string, handlers: unknown): void {
  const refuse = (why: string) => new TypeError(`Cannot ${action}: ${why}`)
  if (typeof handlers !== "object" || handlers === null) {
    throw refuse(`"socket" must be an object with handlers, not ${show(handlers)}`)
  }
  const given = handlers as Readonly<Record<string, unknown>>
  for (const key in given) {
    if (given[key] === undefined) continue
    if (!names.includes(key as keyof SocketHandlers)) {
      if (key in Object.prototype || isOwnOfClass(given, key)) continue
      throw refuse(`there is no handler "${key}". The handlers are ${names.join(", ")}`)
    }
    if (typeof given[key] !== "function") {
      throw refuse(`the handler "${key}" must be a function, not ${show(given[key])}`)
    }
  }
  if (typeof given.data !== "function") {
    throw refuse('the handler "data" is missing: it gets the bytes that arrive')
  }
}

/** Handlers may be an instance of a class that keeps other things, too. */
const isOwnOfClass = (given: object, key: string): boolean =>
  Object.getPrototypeOf(given) !== Object.prototype && Object.getPrototypeOf(given) !== null &&
  Object.hasOwn(given, key)

const names: readonly (keyof SocketHandlers)[] = [
  ...["open", "data", "drain", "end", "close", "error", "timeout"] as const,
]
