/**
 * TCP sockets that send without copying.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import { checkOptions, mark } from "./argument.ts"
import type { ZerowireError } from "./error.ts"
import { preload, runtimeSockets } from "./kernel.ts"
import { readableOf } from "./readable.ts"
import { Acceptor, type TellPause } from "./socket/accept.ts"
import { runAbortable } from "./socket/abortable.ts"
import {
  checkHostname,
  checkPort,
  type NetAddress,
  permit,
  resolve,
  toNetAddress,
} from "./socket/address.ts"
import { timedOut } from "./socket/connect.ts"
import { Connection, type History } from "./socket/connection.ts"
import { defaultEngine, type Engine } from "./socket/engine.ts"
import { checkLease } from "./socket/given_lease.ts"
import { checkReceived } from "./socket/given_received.ts"
import {
  checkTakenOver,
  notASocket,
  notConstructed,
  ofOtherCopy,
  type Use,
} from "./socket/given_socket.ts"
import { closeWhenForgotten, keepWith } from "./socket/forgotten.ts"
import { connectToAny, interleaved } from "./socket/happy_eyeballs.ts"
import {
  connectTaker,
  listenTaker,
  sendFileTaker,
  sendFromTaker,
  takeOverTaker,
} from "./socket/known_options.ts"
import {
  atLeast,
  oneOf,
  type ResolvedOptions,
  resolveOptions,
  type SocketOptions,
} from "./socket/options.ts"
import type { Restore } from "./socket/restore.ts"
import { type SendFromOptions, StreamTransfer } from "./socket/send_from.ts"
import { SendSlab, type SendSlabOptions } from "./socket/send_slab.ts"
import { FileTransfer, type SendFileOptions } from "./socket/send_file.ts"
import { finishWriting, finishWritingAfterPipe } from "./socket/finish.ts"
import { sendLease, Sent, waitsOf } from "./socket/sent.ts"
import { type SocketStats, statsOf } from "./socket/stats.ts"
import { type RuntimeSocket, takeOverSocket } from "./socket/take_over.ts"
import { heldBy, type Lease } from "./slab.ts"
import { closeGracefully, type CloseReport, reset } from "./socket/teardown.ts"
import { type Call, type Place } from "./socket/send_order.ts"
import { ChunkWriter } from "./socket/chunk_writer.ts"
import { writtenByProgram } from "./socket/ownership.ts"
import { untilTurn } from "./socket/turn.ts"
import { writableOf } from "./writable.ts"

export type { NetAddress } from "./socket/address.ts"
export type { SocketOptions } from "./socket/options.ts"
export type { Ownership } from "./socket/ownership.ts"
export type { SendFileOptions } from "./socket/send_file.ts"
export type { SendFromOptions } from "./socket/send_from.ts"
export type { SendSlab, SendSlabOptions } from "./socket/send_slab.ts"
export type { Sent } from "./socket/sent.ts"
export type { SocketStats } from "./socket/stats.ts"
export type { ThresholdSource } from "./socket/machine_threshold.ts"
export type {
  BunSocket,
  DenoAddress,
  DenoConn,
  NodeSocket,
  RuntimeSocket,
} from "./socket/take_over.ts"
export type { CloseReport } from "./socket/teardown.ts"
export type { CopyReason } from "./threshold.ts"

/**
 * What Effect's face is made from.
 */
export { type Call, type Connection, defaultEngine, type Engine, type Place, type Restore }
export { ChunkWriter, closeGracefully, finishWriting, finishWritingAfterPipe, reset }
export { resolveOptions, untilTurn, waitsOf, writtenByProgram }
export { connectTaker, oneOf, sendFileTaker, sendFromTaker }

preload()

/** Where to connect to, and how. */
export interface ConnectOptions extends SocketOptions {
  /** TCP is all there is. So an address can be given as `localAddr`, `remoteAddr` and `addr` have it. */
  readonly transport?: "tcp"
  /** A name or an address. Default `"127.0.0.1"`. */
  readonly hostname?: string
  /** From 1 to 65535. */
  readonly port: number
  /** Ends the attempt, which fails with the signal's reason; once connected it has no meaning. */
  readonly signal?: AbortSignal
  /**
   * Milliseconds until the attempt fails with ETIMEDOUT, the look-up of the name included. Default:
   * as long as the system tries, about two minutes for each address.
   */
  readonly connectTimeout?: number
}

/** Where to listen, and what accepted sockets are told. */
export interface ListenOptions extends SocketOptions {
  /** TCP is all there is. So an address can be given as `localAddr`, `remoteAddr` and `addr` have it. */
  readonly transport?: "tcp"
  /** An address of this host. Default `"0.0.0.0"`, every IPv4 address. */
  readonly hostname?: string
  /** 0 takes a free port. */
  readonly port: number
  /** Connections that may wait to be accepted. Default 511. */
  readonly backlog?: number
  /**
   * SO_REUSEPORT (socket(7)): several listeners share the port, so that several processes can serve it,
   * each with a JavaScript thread of its own. All of them have to say so, the first one too, and their
   * processes have to have the same effective user id; else `listen` fails with ListenFailed,
   * EADDRINUSE. The kernel takes a listener for each connection by a hash of its addresses and ports,
   * however busy its process is. Connections that wait for a listener when that is closed are reset,
   * unless `net.ipv4.tcp_migrate_req` is 1. Default false.
   */
  readonly reusePort?: boolean
}

/** What a socket that comes from the runtime is told. */
export interface TakeOverOptions extends SocketOptions {
  /**
   * What was received on the connection and not used: `readable` gives it first. It is copied. Default
   * nothing.
   */
  readonly received?: readonly Uint8Array[]
}

/**
 * Maps memory to send from; see `SendSlab`.
 *
 * @throws {TypeError} for sizes that are out of range.
 * @throws {ZerowireError} Unsupported when the system has no such memory.
 */
export const createSlab = (options: SendSlabOptions = {}): SendSlab =>
  slabOn(defaultEngine(), options)

/**
 * `createSlab` on an engine.
 */
export const slabOn = (engine: Engine, options: SendSlabOptions): SendSlab =>
  new SendSlab(engine.kernel, options)

/**
 * What a socket stands on.
 *
 * @throws {TypeError} for what is not a Socket of this copy of the package; `use` is for the message.
 */
export let insideOf: (
  socket: Socket,
  use?: Use,
) => { readonly connection: Connection; readonly options: ResolvedOptions }

/** A connected TCP socket, in the shape of `Deno.Conn`. */
export class Socket implements AsyncDisposable {
  /** The address of this side, as it was when the connection came about. */
  readonly localAddr: NetAddress
  /** The address of the peer. */
  readonly remoteAddr: NetAddress
  readonly #connection: Connection
  readonly #options: ResolvedOptions
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined
  #writable: WritableStream<Uint8Array> | undefined
  #closed: Promise<CloseReport> | undefined

  static {
    insideOf = (socket, use) => {
      if (typeof socket !== "object" || socket === null || !(#connection in socket)) {
        throw notASocket(socket, use)
      }
      return { connection: socket.#connection, options: socket.#options }
    }
    mark(this, "Socket")
  }

  /** @internal Made by `connect` and `listen`. */
  constructor(connection: Connection, options: ResolvedOptions) {
    if (!(connection instanceof Connection)) throw notConstructed("Socket")
    const { kernel } = connection.engine
    this.#connection = connection
    this.#options = options
    closeWhenForgotten(this, connection, options.closeTimeout)
    this.localAddr = toNetAddress(kernel.localAddress(connection.fd))
    this.remoteAddr = toNetAddress(kernel.peerAddress(connection.fd))
  }

  /**
   * What the peer sends. A byte stream: BYOB readers are served in place.
   *
   * When it is cancelled, or a loop over it is left, what comes is thrown away from then on, and sending
   * goes on as before. TCP has no word for "send me nothing more": a peer whose bytes nobody takes would
   * wait for ever, maybe before it reads what is sent to it. So it may send for as long as it likes, until
   * the socket is closed. (`cancel` of a `Deno.Conn`, and of a web stream over a `node:net` socket, closes
   * the connection.)
   */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#readable ??= keepWith(readableOf(this.#connection), this)
  }

  /**
   * What is sent to the peer: the sink that leases memory to the kernel. A chunk that cannot be sent
   * fails its write with a TypeError and resets the connection, as an abort does: after a FIN the peer
   * would take what came before for the whole.
   */
  get writable(): WritableStream<Uint8Array> {
    return this.#writable ??= keepWith(
      writableOf(this.#connection, this.#options.highWaterMark),
      this,
    )
  }

  /**
   * Sends the first `length` bytes of a lease in place, behind everything that was asked for before.
   * Its `bytes` are detached at once; the slot goes back to its slab by itself when the kernel reads it
   * no more. Nothing waits here: the slots of the slab are the bound.
   *
   * @throws {TypeError} for what is not a lease, and for one that was sent or given back before.
   * @throws {RangeError} for a length that is negative or longer than the slot.
   * @throws {TypeError} while a `pipeTo` into `writable` is under way; the lease is still yours then.
   * @throws {ZerowireError} when nothing can be sent any more; the lease is still yours then.
   */
  send(lease: Lease, length?: number): Sent {
    const bytes = checkLease(lease, length)
    return sendLease(this.#connection, heldBy(lease), bytes)
  }

  /**
   * Sends all that a stream gives, behind everything that was asked for before, and leaves the socket
   * open. What is asked for meanwhile comes behind the whole of it. Resolves with the number of bytes when the stream has ended and the kernel has accepted them.
   *
   * A byte stream is read straight into buffers that are sent in place and come back to be read to
   * again, so that nothing is copied and nothing allocated; when all are in flight, reading waits. What
   * another stream gives is sent as chunks of a pipe are, and `ownership` holds.
   *
   * A stream that fails resets the connection, as `pipeTo(socket.writable)` would: after a FIN the peer
   * would take what came before for the whole. The error is SourceFailed and says how much the socket had
   * taken; everything else on the socket fails with Aborted, whose `cause` it is, and `close` gives the
   * report. A chunk that cannot be sent resets the connection, too, as with `writable`.
   *
   * When `signal` stops it, the stream is cancelled with the reason. What the socket had taken by then
   * goes out all the same, the error says how many bytes that were, and the socket stays open: who has
   * stopped it knows that there was more, and calls `abort` where the peer must not take that for the
   * whole. When the connection is lost, the stream is cancelled with the error.
   *
   * @throws {TypeError} for what is not a ReadableStream, for one that is locked, for chunks that are not
   * Uint8Arrays, for options that there are not, and while a `pipeTo` into `writable` is under way.
   * @throws {ZerowireError} SourceFailed, TransferStopped, SocketClosed, ConnectionLost, Aborted
   */
  async sendFrom(
    readable: ReadableStream<Uint8Array>,
    options: SendFromOptions = {},
  ): Promise<number> {
    return await untilAborted(streamTransfer(this, readable, options), options.signal)
  }

  /**
   * Sends a file, or a range of one, from where the kernel keeps it (sendfile(2)): its bytes are neither
   * copied into this process nor pinned. Resolves with their number when the kernel has accepted all of
   * them. They go behind everything that was asked for before, and ahead of everything that is asked for
   * later, however long the file takes to open.
   *
   * `path` is a path or a `file:` URL. A string that begins with `file://` is such a URL, as
   * `import.meta.resolve` gives it.
   *
   * What is not in memory yet is read on a thread of the runtime first, so that no disk holds up
   * JavaScript. The peer gets what the file holds when it leaves: a file that others write to meanwhile
   * arrives as a mixture. Under Deno it takes the permission to read the path.
   *
   * Files that are made up while they are read (/proc, /sys, many of FUSE) do not say how long they are:
   * their size is 0, or a page. They are read to their end first, up to 64 MiB, and sent from memory.
   *
   * A file that cannot be sent to the end of its range leaves a gap, so then nothing else can be sent on
   * this socket, and a FIN would say that all was: the connection is reset. The error says how much of
   * the file was accepted; everything else on the socket fails with Aborted, whose `cause` it is, and
   * `close` gives the report. The same holds when `signal` stops it after its bytes were queued. When
   * the file cannot be opened, or the range is not in it, nothing was queued and the socket is as it was.
   *
   * @throws {TypeError} if `path` names no file, and while a `pipeTo` into `writable` is under way.
   * @throws {RangeError} for a range that no file can have.
   * @throws {ZerowireError} FileFailed, PermissionDenied, TransferStopped, SocketClosed, ConnectionLost,
   * Aborted, Unsupported
   */
  async sendFile(path: string | URL, options: SendFileOptions = {}): Promise<number> {
    return await untilAborted(fileTransfer(this, path, options), options.signal)
  }

  /** What went zero-copy so far, what was copied and why, and what is in flight. */
  stats(): SocketStats {
    return statsOf(this.#connection)
  }

  /**
   * Sends everything that was asked for before, then a FIN; the peer can go on sending. Waits for a
   * `pipeTo` that is under way; calls that come later are refused. Resolves when the kernel has accepted
   * everything.
   *
   * @throws {ZerowireError} ConnectionLost, Aborted
   */
  closeWrite(): Promise<void> {
    return this.#run(finishWritingAfterPipe(this.#connection))
  }

  /**
   * Sends everything that was asked for before, a `pipeTo` that is under way too, then a FIN, and closes
   * once the kernel reads no memory of ours and the peer's kernel has acknowledged the FIN; its program
   * may still have to read what came before. Resolves with how the memory came back. What was received and
   * not read is thrown away. Calling it again gives the same promise.
   *
   * @throws {ZerowireError} ConnectionLost when the peer may not have everything, the FIN too, with
   * ETIMEDOUT when it took nothing for `closeTimeout`; Aborted when `abort` came in between, or when
   * nothing came for `closeTimeout` of a pipe or a stream that it waited for. The peer is reset then. The
   * memory has come back all the same, and `abort` tells how.
   */
  close(): Promise<CloseReport> {
    return this.#closed ??= this.#run(
      toRest(
        this.#connection.engine,
        closeGracefully(this.#connection, Duration.millis(this.#options.closeTimeout)),
      ),
    )
  }

  /**
   * Resets the connection, also while `close` waits: what was not acknowledged is lost. Resolves when
   * nothing is in flight.
   */
  abort(): Promise<CloseReport> {
    const aborted = this.#run(toRest(this.#connection.engine, reset(this.#connection)))
    this.#closed ??= aborted
    return aborted
  }

  /** Waiting on this socket keeps the process alive; so it is from the start. */
  ref(): void {
    this.#connection.reference(true)
  }

  /** Waiting on this socket does not keep the process alive. */
  unref(): void {
    this.#connection.reference(false)
  }

  /** TCP_NODELAY: whether small packets are sent at once. */
  setNoDelay(noDelay = true): void {
    this.#connection.setOption("TCP_NODELAY", noDelay ? 1 : 0)
  }

  /** SO_KEEPALIVE: whether the kernel probes a silent peer. */
  setKeepAlive(keepAlive = true): void {
    this.#connection.setOption("SO_KEEPALIVE", keepAlive ? 1 : 0)
  }

  /** As `close()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #run<A>(effect: Effect.Effect<A, ZerowireError>): Promise<A> {
    return Effect.runPromiseWith(this.#connection.engine.services)(effect)
  }
}

/**
 * The next connection of a listener. Where nothing but `restore` can be interrupted, it ends the waiting,
 * and no connection is lost. When there is no room for one, `tell` is run; see `Acceptor.accept`.
 */
export let acceptFrom: (
  listener: Listener,
  restore: Restore,
  tell: TellPause,
) => Effect.Effect<Socket, ZerowireError>

/**
 * Sockets that peers connect to: an async iterable, ended by `close()`.
 *
 * When the process or the machine has no room for another socket (EMFILE, ENFILE, ENOBUFS, ENOMEM),
 * connections wait in the backlog and accepting goes on when there is room again. A warning on the
 * console says so, once for as long as that goes on. What fails because of one connection alone, which
 * its peer has given up, say, is passed over.
 */
export class Listener implements AsyncIterable<Socket>, AsyncDisposable {
  /** Where it listens; the port is the one that was taken. */
  readonly addr: NetAddress
  readonly #engine: Engine
  readonly #acceptor: Acceptor
  readonly #options: ResolvedOptions
  #closed = false

  static {
    acceptFrom = (listener, restore, tell) =>
      Effect.map(
        listener.#acceptor.accept(restore, tell),
        (fd) => new Socket(adopt(listener.#engine, fd, listener.#options), listener.#options),
      )
    mark(this, "Listener")
  }

  /** @internal Made by `listen`. */
  constructor(engine: Engine, acceptor: Acceptor, options: ResolvedOptions) {
    if (!(acceptor instanceof Acceptor)) throw notConstructed("Listener")
    this.#engine = engine
    this.#acceptor = acceptor
    this.#options = options
    this.addr = toNetAddress(acceptor.address)
  }

  /**
   * The next connection.
   *
   * @throws {ZerowireError} SocketClosed; ListenFailed when the kernel cannot accept on it at all.
   */
  accept(): Promise<Socket> {
    return Effect.runPromiseWith(this.#engine.services)(acceptFrom(this, identity, warn))
  }

  /** Stops listening. Sockets that were accepted live on. */
  close(): void {
    this.#closed = true
    this.#acceptor.close()
  }

  /** Waiting for a connection keeps the process alive; so it is from the start. */
  ref(): void {
    this.#acceptor.reference(true)
  }

  /** Waiting for a connection does not keep the process alive. */
  unref(): void {
    this.#acceptor.reference(false)
  }

  /**
   * The connections, until the listener is closed. Whoever leaves the loop, by `break`, `return` or an
   * error, closes the listener, as with that of `Deno.listen`; call `accept` where it should live on.
   *
   * @throws {ZerowireError} ListenFailed when the kernel cannot accept on it at all.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Socket, undefined> {
    const end = { done: true, value: undefined } as const
    return {
      next: async () => {
        if (this.#closed) return end
        try {
          return { done: false, value: await this.accept() }
        } catch (error) {
          if (this.#closed) return end
          throw error
        }
      },
      return: () => {
        this.close()
        return Promise.resolve(end)
      },
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }

  /** As `close()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
    await this.#engine.reactor.resting
  }
}

/**
 * Connects to a peer. Of a name that has several addresses each is tried, IPv6 and IPv4 in turn, the
 * next one when one has failed or has not answered for 250 ms; the first that answers is taken.
 *
 * @throws {ZerowireError} LookupFailed, ConnectFailed, PermissionDenied
 * @throws {TypeError} for options that there are not, or that are out of range.
 * @throws the reason of `signal` when it was aborted first.
 */
export function connect(options: ConnectOptions): Promise<Socket> {
  return connectOn(defaultEngine, options)
}

/**
 * `connect` on the engine that `engineOf` answers, once the options have been found good.
 */
export async function connectOn(engineOf: () => Engine, options: ConnectOptions): Promise<Socket> {
  checkOptions(connectTaker, options)
  const open = opening(options)
  const engine = engineOf()
  const opened = Effect.uninterruptibleMask((restore) => open(engine, restore))
  return await runAbortable(engine, opened, options.signal)
}

/**
 * What `connect` does with these options, whose names were checked, once their values have been found
 * good. Where nothing but `restore` can be interrupted, no socket is left open.
 *
 * @throws {TypeError} for options that are out of range.
 */
export function opening(
  options: Omit<ConnectOptions, "signal">,
): (engine: Engine, restore: Restore) => Effect.Effect<Socket, ZerowireError> {
  const { hostname = "127.0.0.1", port, connectTimeout, transport } = options
  oneOf("transport", ["tcp"], transport, "tcp")
  checkHostname(hostname)
  checkPort(port, 1)
  const resolved = resolveOptions(options)
  const limit = connectTimeout === undefined
    ? undefined
    : atLeast("connectTimeout", connectTimeout, 0)
  return (engine, restore) =>
    Effect.suspend(() => {
      const opened = new Set<number>()
      const attempt = openConnection(engine, hostname, port, opened)
      const limited = limit === undefined ? attempt : timedOut(attempt, hostname, port, limit)
      return restore(limited).pipe(
        // Of several addresses two may answer at once, and an answer may come when nobody waits for it.
        Effect.onExit((exit) =>
          Effect.sync(() => {
            if (exit._tag === "Success") opened.delete(exit.value)
            for (const fd of opened) engine.kernel.close(fd)
          })
        ),
        Effect.map((fd) => new Socket(adopt(engine, fd, resolved), resolved)),
      )
    })
}

/**
 * Listens for connections.
 *
 * @throws {ZerowireError} LookupFailed, ListenFailed, PermissionDenied
 * @throws {TypeError} for options that there are not, or that are out of range.
 */
export function listen(options: ListenOptions): Promise<Listener> {
  return listenOn(defaultEngine, options)
}

/**
 * `listen` on the engine that `engineOf` answers, once the options have been found good.
 */
export async function listenOn(engineOf: () => Engine, options: ListenOptions): Promise<Listener> {
  const open = listening(options)
  const engine = engineOf()
  return await Effect.runPromiseWith(engine.services)(open(engine, identity))
}

/**
 * What `listen` does with these options, once they have been found good. Where nothing but `restore` can
 * be interrupted, no socket is left open.
 *
 * @throws {TypeError} for options that there are not, or that are out of range.
 */
export function listening(
  options: ListenOptions,
): (engine: Engine, restore: Restore) => Effect.Effect<Listener, ZerowireError> {
  checkOptions(listenTaker, options)
  const { hostname = "0.0.0.0", port, transport } = options
  oneOf("transport", ["tcp"], transport, "tcp")
  checkHostname(hostname)
  checkPort(port, 0)
  const resolved = resolveOptions(options)
  const backlog = Math.trunc(atLeast("backlog", options.backlog ?? 511, 0))
  const reusePort = oneOf("reusePort", [true, false], options.reusePort, false)
  return (engine, restore) =>
    Effect.gen(function* () {
      yield* permit(engine, hostname, port)
      const [address] = yield* restore(resolve(hostname, port))
      const acceptor = yield* Effect.try({
        try: () => new Acceptor(engine, address, { backlog, reusePort }),
        catch: (failure) => failure as ZerowireError,
      })
      return new Listener(engine, acceptor, resolved)
    })
}

/**
 * Takes a connection over from the runtime: a `Bun.Socket`, a `Deno.TcpConn`, or a `node:net` Socket of
 * either, such as `node:http` gives away with the events "connect" and "upgrade", whose `head` is to be
 * passed on as `received`. The peer sees nothing of it. To the runtime, and to whoever listens to its socket, it looks
 * like a close; whatever is done with that socket afterwards has no effect on the connection.
 *
 * Nothing that the peer has sent is lost. It is in one of three places:
 * - The program has it, by a `data` handler or a read that has ended. Who wants `readable` to begin
 *   with it passes it on as `received`. No `data` handler is called any more once `takeOver` was
 *   called, even before its promise resolves, so it can be called inside one.
 * - The runtime has buffered it (`node:net` does, and a stream of Deno may): `readable` gives it, what
 *   was put back by `unshift` included.
 * - It is in the kernel.
 *
 * A pending `read` of a `Deno.TcpConn` fails with Interrupted, having taken no byte.
 *
 * There is no permission to ask for: the socket is the proof that it was given. Where SO_ZEROCOPY is
 * set the socket is refused, because the number of its next notification id cannot be known.
 *
 * @throws {ZerowireError} TakeOverRefused for TLS, for a socket with unsent data or a pending write,
 * for one that is not connected, closed or half closed by this side, for a unix socket, while a stream
 * of it is locked, while it is piped or a web stream was made of it (`Readable.toWeb`: bytes may wait in
 * there), and while `node:http` reads messages from it.
 * @throws {TypeError} for what is not a socket of the runtime, and for options that there are not, or that
 * are out of range.
 */
export async function takeOver(
  socket: RuntimeSocket,
  options: TakeOverOptions = {},
): Promise<Socket> {
  checkTakenOver(socket)
  checkOptions(takeOverTaker, options)
  const resolved = resolveOptions(options)
  const received = checkReceived(options.received)
  const engine = defaultEngine()
  const taken = await takeOverSocket(engine.kernel, runtimeSockets(), socket, received)
  return new Socket(adopt(engine, taken.fd, resolved, taken), resolved)
}

/**
 * Sends a file, or a range of one, as `Socket.sendFile` does.
 *
 * @throws {TypeError} for what is not a Socket, if `path` names no file, and for options that there are not.
 * @throws {RangeError} unless 0 <= `start` <= `end`, both whole numbers.
 * @throws {ZerowireError} FileFailed, PermissionDenied, TransferStopped, SocketClosed, ConnectionLost,
 * Aborted, Unsupported
 */
export async function sendFile(
  socket: Socket,
  path: string | URL,
  options: SendFileOptions = {},
): Promise<number> {
  const elsewhere = ofOtherCopy(socket)
  if (elsewhere !== undefined) return await elsewhere.sendFile(path, options)
  insideOf(socket, sendFileTaker)
  return await socket.sendFile(path, options)
}

/**
 * Ends `effect` when nothing goes on any more for the last socket: a test would be told of a leak.
 */
export const toRest = <A, E>(
  { reactor }: Engine,
  effect: Effect.Effect<A, E>,
): Effect.Effect<A, E> => Effect.ensuring(effect, Effect.promise(async () => await reactor.resting))

const warn: TellPause = (failure) =>
  Effect.sync(() =>
    // deno-lint-ignore no-console -- peers wait, and nobody else can say why
    console.warn(`zerowire: connections wait. ${failure.message}`)
  )

/** Ends a transfer when the signal is aborted before. */
async function untilAborted(
  transfer: FileTransfer | StreamTransfer,
  signal: AbortSignal | undefined,
): Promise<number> {
  const stop = () => transfer.stop(signal?.reason)
  if (signal?.aborted === true) stop()
  signal?.addEventListener("abort", stop)
  try {
    return await transfer.done
  } finally {
    signal?.removeEventListener("abort", stop)
  }
}

/**
 * What `sendFile` does, for callers that stop it without a signal.
 */
export const fileTransfer = (
  socket: Socket,
  path: string | URL,
  options: Omit<SendFileOptions, "signal">,
): FileTransfer =>
  keepWith(new FileTransfer(insideOf(socket, sendFileTaker).connection, path, options), socket)

/**
 * What `Socket.sendFrom` does, for callers that stop it without a signal.
 */
export const streamTransfer = (
  socket: Socket,
  readable: ReadableStream<Uint8Array>,
  options: Omit<SendFromOptions, "signal">,
): StreamTransfer =>
  keepWith(
    new StreamTransfer(insideOf(socket, sendFromTaker).connection, readable, options),
    socket,
  )

const openConnection = (
  engine: Engine,
  hostname: string,
  port: number,
  opened: Set<number>,
): Effect.Effect<number, ZerowireError> =>
  Effect.gen(function* () {
    yield* permit(engine, hostname, port)
    const addresses = yield* resolve(hostname, port)
    return yield* connectToAny(engine, interleaved(addresses), opened)
  })

function adopt(
  engine: Engine,
  fd: number,
  options: ResolvedOptions,
  history?: History,
): Connection {
  if (options.noDelay) engine.kernel.setOption(fd, "TCP_NODELAY", 1)
  return new Connection(engine, fd, options.connection, history)
}
