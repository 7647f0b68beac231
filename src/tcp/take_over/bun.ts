import type { Source } from "./source.ts"

/** The members of a `Bun.Socket` that are used. `fd` is missing from Bun's types. */
export interface BunSocket {
  /** 1 while it is open, otherwise 0 or less. */
  readonly readyState: number | string
  /** Closes it at once. */
  terminate(): void
  /** Distinguishes it from other objects. It is never called. */
  reload(handlers: never): void
}

export const isBunSocket = (value: object): value is BunSocket =>
  "terminate" in value && typeof value.terminate === "function" &&
  "reload" in value && typeof value.reload === "function" && "fd" in value

/**
 * It buffers nothing: bytes that it reads go to the `data` handler before anything else runs, and `write`
 * returns how much the kernel took and forgets the rest.
 */
export const fromBunSocket = (socket: BunSocket): Source => ({
  name: "a Bun.Socket",
  obstacle() {
    // Both kinds have the methods of TLS; only their tags differ.
    if (Object.prototype.toString.call(socket) === "[object TLSSocket]") {
      return "it speaks TLS, and its keys stay with the runtime. Take over plain TCP only"
    }
    if (socket.readyState !== 1) return "it is closed or not connected yet"
    return undefined
  },
  where: { fd: (socket as unknown as { fd: number }).fd },
  drain: () => [],
  closeSendsFin: false,
  // It closes at once, whatever is under way.
  letGo: () => socket.terminate(),
})
