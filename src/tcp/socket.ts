/**
 * A connected TCP socket.
 *
 * @module
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { mark } from "../argument/mod.ts"
import type { ZerowireError } from "../error/mod.ts"
import { heldBy, type Lease } from "../memory/mod.ts"
import { type NetAddress, toNetAddress } from "./address.ts"
import { Connection } from "./connection/connection.ts"
import { closeWhenDropped, keepWith } from "./connection/dropped.ts"
import { finishWritingAfterPipe } from "./connection/finish.ts"
import { type SocketStats, statsOf } from "./connection/stats.ts"
import { closeGracefully, type CloseReport, reset } from "./connection/teardown.ts"
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
    mark(this, "Socket")
  }

  /** @internal Made by `connect` and `listen`. */
  constructor(connection: Connection, options: ResolvedOptions) {
    if (!(connection instanceof Connection)) throw notConstructed("Socket")
    this.#connection = connection
    this.#options = options
    closeWhenDropped(this, connection, options.closeTimeout)
  }

  /** The address of this side, as it was when the connection came about. */
  get localAddr(): NetAddress {
    return this.#localAddr ??= toNetAddress(this.#connection.addresses.local)
  }

  /** The address of the peer. */
  get remoteAddr(): NetAddress {
    return this.#remoteAddr ??= toNetAddress(this.#connection.addresses.peer)
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
    const transfer = new StreamTransfer(this.#connection, readable, options)
    return await untilAborted(keepWith(transfer, this), options.signal)
  }

  /**
   * Sends a file, or a range of one, from where the kernel keeps it (sendfile(2)): its bytes are neither
   * copied into this process nor pinned. Resolves with their number when the kernel has accepted all of
   * them. They go behind everything that was asked for before, and ahead of everything that is asked for
   * later, however long the file takes to open.
   *
   * `file` is a path, a `file:` URL, or what a program has already: a FileHandle of `node:fs/promises`, a
   * `Deno.FsFile`, a `Bun.file`. A string that begins with `file://` is such a URL, as
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
   * @throws {TypeError} for what is no file, and while a `pipeTo` into `writable` is under way.
   * @throws {RangeError} for a range that no file can have.
   * @throws {ZerowireError} FileFailed, PermissionDenied, TransferStopped, SocketClosed, ConnectionLost,
   * Aborted, Unsupported
   */
  async sendFile(file: string | URL | RuntimeFile, options: SendFileOptions = {}): Promise<number> {
    const transfer = new FileTransfer(this.#connection, file, options)
    return await untilAborted(keepWith(transfer, this), options.signal)
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
        this.#connection.stack,
        closeGracefully(this.#connection, Duration.millis(this.#options.closeTimeout)),
      ),
    )
  }

  /**
   * Resets the connection, also while `close` waits: what was not acknowledged is lost. Resolves when
   * nothing is in flight.
   */
  abort(): Promise<CloseReport> {
    const aborted = this.#run(toRest(this.#connection.stack, reset(this.#connection)))
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
    return Effect.runPromiseWith(this.#connection.stack.services)(effect)
  }
}
