import { setImmediate, setTimeout } from "node:timers/promises"
import { awaitInstead, show } from "../../argument/mod.ts"
import { TakeOverRefused, ZerowireError } from "../../error/mod.ts"
import type { RuntimeSockets } from "../../kernel/mod.ts"
import { errnoName, type Kernel } from "../../kernel/port.ts"
import type { History } from "../connection/history.ts"
import { UnreadBytes } from "../receive/unread.ts"
import { type BunSocket, fromBunSocket, isBunSocket } from "./bun.ts"
import { type DenoConn, fromDenoConn, isDenoConn } from "./deno.ts"
import { locate } from "./locate.ts"
import { fromNodeSocket, isNodeSocket } from "./node.ts"
import { sentBefore } from "./sent_before.ts"
import type { Source } from "./source.ts"

/** A connected TCP socket of the runtime: a `Bun.Socket`, a `Deno.TcpConn`, or one of `node:net`. */
export type RuntimeSocket = BunSocket | DenoConn | NodeSocket

/**
 * The members that identify a `node:net` Socket, for programs without Node's types. Only an instance of
 * the runtime's own class is taken over.
 */
export interface NodeSocket {
  /** Whether it is still connecting. */
  readonly connecting: boolean
  /** Whether it is closed. */
  readonly destroyed: boolean
  /** Bytes that were written and that the kernel has not accepted. */
  readonly writableLength: number
  /** TCP_NODELAY. Changing it shows which of two sockets with equal addresses this is. */
  setNoDelay(noDelay?: boolean): unknown
  /** Closes the runtime's file descriptor. */
  destroy(error?: Error): unknown
}

/** A connection that was taken over. */
export interface TakenOver extends History {
  readonly fd: number
}

/**
 * Takes a connection from the runtime. A second file descriptor of the same socket stays open when the
 * runtime closes its own, and no packet is sent.
 *
 * Everything decisive happens before this returns its promise, so that nothing can come in between. Bytes
 * that the runtime has delivered by then are known to the caller, who passes them as `received`. All
 * others are in the kernel or in `early`. What remains is to wait until the runtime's file descriptor is
 * closed.
 */
export async function takeOverSocket(
  kernel: Kernel,
  sockets: RuntimeSockets,
  socket: unknown,
  received: readonly Uint8Array[],
): Promise<TakenOver> {
  const source = sourceOf(socket)
  const refuse = (why: string) =>
    new ZerowireError(new TakeOverRefused(`Cannot take over ${source.name}: ${why}`))
  const obstacle = source.obstacle()
  if (obstacle !== undefined) throw refuse(obstacle)
  const theirs = locate(kernel, sockets, source.where)
  if (theirs === undefined) {
    throw refuse(
      "its file descriptor cannot be found. It is closed, or one of its writes is pending",
    )
  }
  const unfit = unfitness(kernel, sockets, theirs)
  if (unfit !== undefined) throw refuse(unfit)

  const fd = sockets.duplicate(theirs)
  if (fd < 0) throw refuse(`its file descriptor cannot be duplicated: ${errnoName(-fd)}`)
  const linger = sockets.linger(fd)
  const early = new UnreadBytes()
  try {
    for (const bytes of received) early.add(bytes)
    const settling = source.settle?.()
    if (settling !== undefined) {
      if (!await settling) throw refuse("the runtime does not deliver what it has read. Close it")
      if (sockets.identify(theirs) !== sockets.identify(fd)) {
        throw refuse("it was closed in the meantime")
      }
    }
    for (const bytes of source.drain()) early.add(bytes)
    if (source.closeSendsFin && sockets.replace(theirs) < 0) {
      throw refuse("no epoll instance of this process watches it")
    }
    source.letGo()
    // `terminate` in Bun sets a socket option so that the close resets the connection, which is ours now.
    sockets.setLinger(fd, linger)
    const leftover = source.leftover?.()
    if (!await untilReleased(sockets, theirs, fd)) {
      throw refuse("the runtime does not close its file descriptor. End its reads and writes first")
    }
    for (const bytes of await leftover ?? []) early.add(bytes)
  } catch (failure) {
    sockets.close(fd)
    throw failure
  }
  return { fd, early, sentBefore: sentBefore(kernel, sockets, fd) }
}

/** The name of a runtime's socket in messages; nothing for any other value. */
export const nameOfRuntimeSocket = (value: unknown): string | undefined => sourceIn(value)?.name

function sourceOf(socket: unknown): Source {
  const source = sourceIn(socket)
  if (source !== undefined) return source
  const wanted = "a Bun.Socket, a Deno.TcpConn or a node:net Socket"
  const cure = awaitInstead(socket) ?? "Pass the socket itself to takeOver()"
  throw new TypeError(`Cannot take over ${show(socket)}: it must be ${wanted}. ${cure}`)
}

function sourceIn(value: unknown): Source | undefined {
  if (typeof value !== "object" || value === null) return undefined
  if (isNodeSocket(value)) return fromNodeSocket(value)
  if (isBunSocket(value)) return fromBunSocket(value)
  if (isDenoConn(value)) return fromDenoConn(value)
  return undefined
}

/** Why the kernel's socket cannot be taken. */
function unfitness(kernel: Kernel, sockets: RuntimeSockets, fd: number): string | undefined {
  switch (sockets.tcpState(fd)) {
    case "none":
      return "it is not a TCP connection"
    case "write-ended":
      return "its writing side has ended"
    case "unconnected":
      return "it is closed or not connected yet"
  }
  // The kernel does not tell the next notification id. Runtimes never use any.
  if (kernel.getOption(fd, "SO_ZEROCOPY") > 0) return "SO_ZEROCOPY is already set on it"
  return undefined
}

/**
 * Waits until the runtime has closed its file descriptor. Until then it may still send and receive,
 * because a close may wait for the end of the turn.
 */
async function untilReleased(
  sockets: RuntimeSockets,
  theirs: number,
  ours: number,
): Promise<boolean> {
  const identity = sockets.identify(ours)
  for (let turn = 0; turn < maxTurns; turn++) {
    if (sockets.identify(theirs) !== identity) return true
    await (turn < immediateTurns ? setImmediate() : setTimeout(1))
  }
  return false
}

const immediateTurns = 20
/** Half a second or more. */
const maxTurns = 500
