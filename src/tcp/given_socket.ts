import {
  awaitInstead,
  foreignMarkOf,
  markOf,
  show,
  type Taker,
  twoCopies,
} from "../argument/mod.ts"
import { nameOfRuntimeSocket } from "./take_over/take.ts"
import type { RuntimeFile, SendFileOptions } from "./transfer/options.ts"

/** What a function does with a socket, as far as messages need to know it. */
export type Use = Pick<Taker, "action" | "example">

/** The error for what was given in the place of a Socket. */
export function notASocket(value: unknown, use: Use = anyUse): TypeError {
  const { action, example } = use
  const mark = markOf(value)
  if (mark?.name === "Socket") {
    const foreign = foreignMarkOf(value)
    if (foreign !== undefined) return new TypeError(`Cannot ${action}: ${twoCopies(foreign)}`)
    return new TypeError(
      `Cannot ${action}: a proxy for the Socket, or an object derived from it, was given. Pass the ` +
        "Socket itself",
    )
  }
  const runtimes = nameOfRuntimeSocket(value)
  if (runtimes !== undefined) {
    return new TypeError(
      `Cannot ${action}: ${runtimes} was given instead of a Socket of zerowire. takeOver(socket) makes ` +
        "one of it",
    )
  }
  const cure = awaitInstead(value) ?? `Call it as in ${example}`
  return new TypeError(`Cannot ${action}: ${show(value)} was given instead of a Socket. ${cure}`)
}

/**
 * A Socket of another copy of this package, which has to do itself what it is asked; nothing for any other
 * value, or where that copy is older and does not know how.
 */
export function ofOtherCopy(socket: unknown): FileSender | undefined {
  if (foreignMarkOf(socket)?.name !== "Socket") return undefined
  const { sendFile } = socket as Partial<FileSender>
  return typeof sendFile === "function" ? socket as FileSender : undefined
}

interface FileSender {
  sendFile(file: string | URL | RuntimeFile, options: SendFileOptions): Promise<number>
}

/** The error of a constructor that somebody else calls. */
export function notConstructed(name: "Socket" | "Listener"): TypeError {
  const makers = name === "Socket"
    ? "connect(), accept() of a Listener, and takeOver() make Sockets"
    : "listen() makes Listeners"
  return new TypeError(`Cannot construct a ${name} with new: ${makers}`)
}

/**
 * Refuses what is a Socket of this package already.
 *
 * @throws {TypeError}
 */
export function checkTakenOver(socket: unknown): void {
  if (markOf(socket)?.name !== "Socket") return
  const what = `Cannot take over ${show(socket)} of zerowire: it is one already`
  const foreign = foreignMarkOf(socket)
  throw new TypeError(foreign === undefined ? what : `${what}, and ${twoCopies(foreign)}`)
}

const anyUse: Use = {
  action: "use a socket",
  example: 'connect({ hostname: "127.0.0.1", port: 8080 })',
}
