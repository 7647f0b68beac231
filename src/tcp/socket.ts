/**
 * A connected TCP socket.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import { mark } from "../argument/mod.ts"
import type { ZerowireError } from "../error/mod.ts"
import { heldBy, type Lease } from "../memory/mod.ts"
import { type NetAddress, toNetAddress } from "./address.ts"
import { Connection } from "./connection/connection.ts"
import { closeWhenDropped, keepWith } from "./connection/dropped.ts"
import { finishWritingAfterPipe } from "./connection/finish.ts"
import { type SocketStats, statsOf } from "./connection/stats.ts"
import { type CloseReport, reset } from "./connection/teardown.ts"
import { close } from "./connection/close.ts"
import { toRest } from "./connection/to_rest.ts"
import { checkLease } from "./given_lease.ts"
import { notASocket, notConstructed, type Use } from "./given_socket.ts"
import type { ResolvedOptions } from "./options.ts"
import { sendLease, type Sent } from "./send/sent_lease.ts"
import { readableOf } from "./streams/readable.ts"
import { writableOf } from "./streams/writable.ts"
import type { RuntimeFile, SendFileOptions, SendFromOptions } from "./transfer/options.ts"
import { FileTransfer } from "./transfer/send_file.ts"
import { StreamTransfer } from "./transfer/send_from.ts"
import { untilAborted } from "./transfer/until_aborted.ts"

/**
 * The connection of a socket.
 *
 * @throws {TypeError} if it is not a Socket of this copy of the package; `use` is for the message.
 */
export let insideOf: (
  socket: Socket,
  use?: Use,
) => { readonly connection: Connection; readonly options: ResolvedOptions }

/** Whether the program has called `close` or `abort`. */
export let wasClosed: (socket: Socket) => boolean

/** A connected TCP socket, in the shape of `Deno.Conn`. */
export class Socket implements AsyncDisposable {
  readonly #connection: Connection
  readonly #options: ResolvedOptions
  #readable: ReadableStream<Uint8Array<ArrayBuffer>> | undefined
  #writable: WritableStream<Uint8Array> | undefined
  #closed: Promise<CloseReport> | undefined
  #localAddr: NetAddress | undefined
  #remoteAddr: NetAddress | undefined

  static {
    insideOf = (socket, use) => {
      if (typeof socket !== "object" || socket === null || !(#connection in socket)) {
        throw notASocket(socket, use)
      }
      return { connection: socket.#connection, options: socket.#options }
    }
    wasClosed = (socket) => socket.#closed !== undefined
    mark(this, "Socket")
  }

  /** @internal Made by `connect` and `listen`. If it is `held`, its connection keeps it from being collected. */
  constructor(connection: Connection, options: ResolvedOptions, held = false) {
    if (!(connection instanceof Connection)) throw notConstructed("Socket")
    this.#connection = connection
    this.#options = options
    if (!held) closeWhenDropped(this, connection, options.closeTimeout)
  }

  /** The local address, as it was when the connection was established. */
  get localAddr(): NetAddress {
    return this.#localAddr ??= toNetAddress(this.#connection.addresses.local)
  }

  /** The address of the peer. */
  get remoteAddr(): NetAddress {
    return this.#remoteAddr ??= toNetAddress(this.#connection.addresses.peer)
  }

  /**
   * What the peer sends. A byte stream: BYOB readers are served in place. Piped into the `writable` of
   * another socket, its bytes never come up: the kernel moves them (splice(2)).
   *
   * After it is cancelled, or a loop over it is left, arriving bytes are thrown away, and sending goes on
   * as before. TCP has no way to say "send me nothing more": a peer whose bytes nobody takes would wait
   * for ever, perhaps before it reads what is sent to it. So it may keep sending until the socket is
   * closed. (`cancel` of a `Deno.Conn`, and of a web stream over a `node:net` socket, closes the
   * connection.)
   */
  get readable(): ReadableStream<Uint8Array<ArrayBuffer>> {
    return this.#readable ??= keepWith(readableOf(this.#connection), this)
  }

  /**
   * Bytes to send to the peer. If a chunk cannot be sent, its write fails with a TypeError and the
   * connection is reset, as by an abort: after a FIN the peer would believe that it has everything.
   */
  get writable(): WritableStream<Uint8Array> {
    return this.#writable ??= keepWith(
      writableOf(this.#connection, this.#options.highWaterMark),
      this,
    )
  }

  /**
   * Sends the first `length` bytes of a lease in place, after everything from earlier calls. Its `bytes`
   * are detached at once, and the slot returns to its slab by itself when the kernel has stopped reading
   * it. This never waits: the number of slots limits what is in flight.
   *
   * @throws {TypeError} if it is not a lease, or was already sent or given back.
   * @throws {RangeError} if `length` is negative or longer than the slot.
   * @throws {TypeError} during a `pipeTo` into `writable`; the lease then stays yours.
   * @throws {ZerowireError} if nothing can be sent any more; the lease then stays yours.
   */
  send(lease: Lease, length?: number): Sent {
    const bytes = checkLease(lease, length)
    return sendLease(this.#connection, heldBy(lease), bytes)
  }

  /**
   * Sends everything that a stream delivers, after everything from earlier calls, and leaves the socket
   * open. Later calls wait for the whole stream. Resolves with the number of bytes when the stream has
   * ended and the kernel has accepted all of them.
   *
   * A byte stream is read straight into buffers that are sent in place and then read into again, so that
   * nothing is copied or allocated. Reading waits while all buffers are in flight. Chunks of other
   * streams are sent like those of a pipe, and `ownership` applies.
   *
   * A stream that fails resets the connection, as `pipeTo(socket.writable)` would: after a FIN the peer
   * would believe that it has everything. This call rejects with SourceFailed, which says how much the
   * socket had taken. Everything else on the socket fails with Aborted, whose `cause` is that error, and
   * `close` resolves with the report. A chunk that cannot be sent resets the connection too, as with
   * `writable`.
   *
   * If `signal` stops it, the stream is cancelled with the signal's reason. Bytes that the socket had
   * already taken are still sent, the error says how many, and the socket stays open. Call `abort` if the
   * peer must not believe that this was everything. If the connection is lost, the stream is cancelled
   * with the error.
   *
   * @throws {TypeError} if the source is not a ReadableStream or is locked, for chunks that are not
   * Uint8Arrays, for unknown options, and during a `pipeTo` into `writable`.
   * @throws {ZerowireError} SourceFailed, TransferStopped, SocketClosed, ConnectionLost, Aborted
   */
  async sendFrom(
    readable: ReadableStream<Uint8Array>,
    options: SendFromOptions = {},
  ): Promise<number> {
    const transfer = new StreamTransfer(this.#connection, readable, options)
    return await untilAborted(keepWith(transfer, this), options.signal)
  }

  /**
   * Sends a file, or a range of one, from the kernel's page cache (sendfile(2)): its bytes are neither
   * copied into this process nor pinned. Resolves with the number of bytes when the kernel has accepted
   * all of them. They are sent after everything from earlier calls and before everything from later
   * calls, however long the file takes to open.
   *
   * `file` is a path, a `file:` URL, or an existing file object: a FileHandle of `node:fs/promises`, a
   * `Deno.FsFile`, a `Bun.file`. A string that begins with `file://` is a URL, as `import.meta.resolve`
   * returns it.
   *
   * Parts that are not in memory are first read on a thread of the runtime, so that no disk blocks
   * JavaScript. The peer gets the contents at the moment of sending: if others write to the file
   * meanwhile, it gets a mixture. Deno requires permission to read the path.
   *
   * Files that are generated while they are read (/proc, /sys, many on FUSE) do not report their length:
   * their size is 0, or a page. They are first read to the end, up to 64 MiB, and sent from memory.
   *
   * If a file cannot be sent to the end of its range, nothing can follow the gap, and a FIN would claim
   * that everything was sent: the connection is reset. The error says how much of the file was accepted.
   * Everything else on the socket fails with Aborted, whose `cause` is that error, and `close` resolves
   * with the report. The same happens if `signal` stops it after its bytes were queued. If the file
   * cannot be opened, or does not have the range, nothing is queued and the socket stays as it was.
   *
   * @throws {TypeError} if `file` is not a file, and during a `pipeTo` into `writable`.
   * @throws {RangeError} unless `start` and `end` are whole numbers and 0 <= `start` <= `end`.
   * @throws {ZerowireError} FileFailed, PermissionDenied, TransferStopped, SocketClosed, ConnectionLost,
   * Aborted, Unsupported
   */
  async sendFile(file: string | URL | RuntimeFile, options: SendFileOptions = {}): Promise<number> {
    const transfer = new FileTransfer(this.#connection, file, options)
    return await untilAborted(keepWith(transfer, this), options.signal)
  }

  /** What was sent zero-copy so far, what was copied and why, and what is in flight. */
  stats(): SocketStats {
    return statsOf(this.#connection)
  }

  /**
   * Sends everything from earlier calls, then a FIN. The peer can go on sending. Waits for a `pipeTo`
   * under way; later calls are refused. Resolves when the kernel has accepted everything.
   *
   * @throws {ZerowireError} ConnectionLost, Aborted
   */
  closeWrite(): Promise<void> {
    return this.#run(finishWritingAfterPipe(this.#connection))
  }

  /**
   * Sends everything from earlier calls, including a `pipeTo` under way, then a FIN. Closes once the
   * kernel has stopped reading your memory and the peer's kernel has acknowledged the FIN; the peer's
   * program may still have to read the bytes. Resolves with how the memory came back. Unread received
   * bytes are thrown away. Calling it again returns the same promise.
   *
   * @throws {ZerowireError} ConnectionLost if the peer may not have everything, including the FIN (with
   * ETIMEDOUT if it took nothing for `closeTimeout`); Aborted if `abort` was called in between, or if a
   * pipe or stream that it waits for delivered nothing for `closeTimeout`. The connection is then reset.
   * The memory has come back in any case, and `abort` resolves with how.
   */
  close(): Promise<CloseReport> {
    return this.#closed ??= close(this.#connection, this.#options.closeTimeout)
  }

  /**
   * Resets the connection, even while `close` waits. Bytes that are not acknowledged are lost. Resolves
   * when nothing is in flight.
   */
  abort(): Promise<CloseReport> {
    const aborted = this.#run(toRest(this.#connection.stack, reset(this.#connection)))
    this.#closed ??= aborted
    return aborted
  }

  /** Waiting on this socket keeps the process alive. This is the default. */
  ref(): void {
    this.#connection.reference(true)
  }

  /** Waiting on this socket does not keep the process alive, not even for the end of a `close()`. */
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
    return Effect.runPromiseWith(this.#connection.stack.services)(effect)
  }
}
