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

/** What a function does with a socket, for messages. */
export type Use = Pick<Taker, "action" | "example">

/** The error for a value that is not a Socket. */
export function notASocket(value: unknown, use: Use = anyUse): TypeError {
  const { action, example } = use
  const mark = markOf(value)
  if (mark?.name === "Socket") {
    const foreign = foreignMarkOf(value)
    if (foreign !== undefined) return new TypeError(`Cannot ${action}: ${twoCopies(foreign)}`)
    return new TypeError(
      `Cannot ${action}: got a proxy for the Socket, or an object derived from it. Pass the ` +
        "Socket itself",
    )
  }
  const runtimes = nameOfRuntimeSocket(value)
  if (runtimes !== undefined) {
    return new TypeError(
      `Cannot ${action}: got ${runtimes} instead of a Socket of zerowire. Call takeOver(socket) to ` +
        "convert it",
    )
  }
  const cure = awaitInstead(value) ?? `Call it as in ${example}`
  return new TypeError(`Cannot ${action}: got ${show(value)} instead of a Socket. ${cure}`)
}

/**
 * A Socket of another copy of this package, which must do the work itself. Nothing for any other value,
 * or if that copy is too old to have the method.
 */
export function ofOtherCopy(socket: unknown): FileSender | undefined {
  if (foreignMarkOf(socket)?.name !== "Socket") return undefined
  const { sendFile } = socket as Partial<FileSender>
  return typeof sendFile === "function" ? socket as FileSender : undefined
}

interface FileSender {
  sendFile(file: string | URL | RuntimeFile, options: SendFileOptions): Promise<number>
}

/** The error of a constructor that is not called by this library. */
export function notConstructed(name: keyof typeof makersOf): TypeError {
  const makers = makersOf[name]
  return new TypeError(`Cannot construct a ${name} with new: ${makers}`)
}

/**
 * Refuses a Socket of this package.
 *
 * @throws {TypeError}
 */
export function checkTakenOver(socket: unknown): void {
  if (markOf(socket)?.name !== "Socket") return
  const what = `Cannot take over ${show(socket)} of zerowire: it is already one`
  const foreign = foreignMarkOf(socket)
  throw new TypeError(foreign === undefined ? what : `${what}, and ${twoCopies(foreign)}`)
}

const anyUse: Use = {
  action: "use a socket",
  example: 'connect({ hostname: "127.0.0.1", port: 8080 })',
}

const makersOf = {
  Socket: "call connect(), accept() of a Listener, or takeOver()",
  Listener: "call listen()",
  DirectSocket: "call connect() or listen() with handlers",
  DirectListener: "call listen() with handlers",
} as const
