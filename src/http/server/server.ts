import { clearInterval, clearTimeout, setInterval, setTimeout } from "node:timers"
import { handOver, type Listener, type NetAddress, type Socket } from "../../tcp/mod.ts"
import { checkOptions } from "../../argument/mod.ts"
import { shutdownTaker } from "../known_options.ts"
import type { Spares } from "../parser/head_reader.ts"
import { Addresses } from "./addresses.ts"
import { HttpConnection } from "./connection.ts"
import type { Context } from "./context.ts"
import { Ended } from "./ended.ts"
import type { ShutdownOptions } from "./options.ts"
import { Roster } from "./roster.ts"
import { running, whenClosing } from "./running.ts"
import { tooLong } from "./times.ts"

/** What a server is made from. */
export interface ServerParts {
  /** Listening begins when it resolves. */
  readonly listening: Promise<Listener>
  readonly context: Omit<Context, "now" | "closing" | "fallback" | "tally">
  readonly onListen: (addr: NetAddress) => void
  /** Called before `finished` settles, at least once. */
  readonly ended: () => void
}

/** An HTTP server that `serve` has started. */
export class Server implements AsyncDisposable {
  /** Resolves when the server has stopped and all of its connections are closed. */
  readonly finished: Promise<void>
  readonly #parts: ServerParts
  readonly #ready: Promise<void>
  readonly #finished = Promise.withResolvers<void>()
  readonly #connections = new Set<HttpConnection>()
  /** @internal */
  readonly roster: Roster = new Roster(this.#connections)
  readonly #addresses: Addresses
  readonly #spares: Spares = []
  #listener: Listener | undefined
  #addr: NetAddress | undefined
  #context: Context | undefined
  #ticking: ReturnType<typeof setInterval> | undefined
  /** Milliseconds of ticks: while this process cannot run, no client has been slow. */
  #now = 0
  #referenced = true
  #closing = false
  /** Whether connections may still come. */
  #accepting = false

  /** @internal Made by `serve`. */
  constructor(parts: ServerParts) {
    this.#parts = parts
    this.#addresses = new Addresses(parts.context.limits.connectionsPerAddress)
    this.finished = this.#finished.promise
    this.#ready = this.#start()
    // A failure that nobody asks for in `ready` shows itself in `finished`.
    this.#ready.catch((failure) => this.#fail(failure))
  }

  /** Resolves when the server listens. Rejects if it cannot. */
  get ready(): Promise<void> {
    // The caller learns of the failure here, and need not wait for `finished` too.
    this.#ready.catch(() => this.finished.catch(() => {}))
    return this.#ready.then()
  }

  /**
   * The address it listens on, with the actual port if 0 was asked for.
   *
   * @throws {TypeError} before `ready` has resolved.
   */
  get addr(): NetAddress {
    if (this.#addr !== undefined) return this.#addr
    throw new TypeError(
      "Cannot tell the address of a server that does not listen yet: await server.ready",
    )
  }

  /** @internal */
  get closing(): boolean {
    return this.#closing
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#connections.size
  }

  /**
   * Accepts no more connections, closes the idle ones, and answers the requests under way; each is the last
   * of its connection. Resolves when all are closed. What is open after the deadline is reset.
   *
   * Calling it again may only bring the deadline forward.
   */
  async shutdown(options: ShutdownOptions = {}): Promise<void> {
    checkOptions(shutdownTaker, options)
    const { deadline = Infinity } = options
    this.#closing = true
    for (const hear of whenClosing) hear()
    await this.#ready.catch(() => {})
    this.#listener?.close()
    this.#accepting = false
    for (const connection of [...this.#connections]) connection.finish()
    if (deadline < tooLong) this.#endAfter(deadline)
    this.#endIfIdle()
    await this.finished.catch(() => {})
  }

  /** Waiting for requests keeps the process alive. This is the default. */
  ref(): void {
    this.#reference(true)
  }

  /** Waiting for requests does not keep the process alive. */
  unref(): void {
    this.#reference(false)
  }

  /** As `shutdown()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown()
  }

  #endAfter(milliseconds: number): void {
    const end = () => {
      for (const connection of [...this.#connections]) {
        connection.abort(new Ended("stopped", "The server was shut down"))
      }
    }
    if (milliseconds <= 0) return end()
    const timer = setTimeout(end, milliseconds)
    const clear = () => clearTimeout(timer)
    this.finished.then(clear, clear)
  }

  async #start(): Promise<void> {
    const listener = this.#listener = await this.#parts.listening
    const { addr } = listener
    this.#addr = addr
    this.#context = {
      ...this.#parts.context,
      fallback: originOf(addr),
      // The last tick may be almost a second ago.
      now: () => this.#now + tickMillis,
      closing: () => this.#closing,
      tally: this.roster.tally,
    }
    running.add(this)
    if (!this.#referenced) listener.unref()
    this.#parts.onListen(addr)
    if (!this.#closing) this.#accept(listener, this.#context)
  }

  #accept(listener: Listener, context: Context): void {
    this.#accepting = true
    handOver(listener, {
      accepted: (socket) => this.#open(socket, context),
      waiting: (failure) => context.report(failure),
      failed: (failure) => {
        this.#accepting = false
        this.#fail(failure)
      },
    })
  }

  #open(socket: Socket, context: Context): void {
    const { limits, trust } = context
    // They could claim to be anybody.
    if (trust?.proxyProtocol === true && !trust.has(socket.remoteAddr)) {
      return void socket.abort().catch(() => {})
    }
    if (this.#connections.size >= limits.connections || !this.#addresses.enter(socket)) {
      return void socket.abort().catch(() => {})
    }
    if (!this.#referenced) socket.unref()
    this.#tick()
    const connection = new HttpConnection(socket, context, this.#spares, this.#closed)
    this.#connections.add(connection)
    if (this.#closing) connection.finish()
  }

  readonly #closed = (connection: HttpConnection): void => {
    if (!this.#connections.delete(connection)) return
    this.roster.closed(connection)
    this.#addresses.leave(connection.transport)
    this.#endIfIdle()
  }

  #endIfIdle(): void {
    if (this.#connections.size > 0) return
    clearInterval(this.#ticking)
    this.#ticking = undefined
    if (!this.#closing || this.#accepting) return
    running.delete(this)
    this.#parts.ended()
    this.#finished.resolve()
  }

  #fail(failure: unknown): void {
    this.#closing = true
    this.#listener?.close()
    running.delete(this)
    this.#parts.ended()
    this.#finished.reject(failure)
  }

  /** Deadlines are seconds and minutes, so one timer a second serves all connections. */
  #tick(): void {
    if (this.#ticking !== undefined) return
    this.#ticking = setInterval(() => {
      this.#now += tickMillis
      for (const connection of [...this.#connections]) connection.tick(this.#now)
    }, tickMillis)
    this.#ticking.unref()
  }

  #reference(keepAlive: boolean): void {
    this.#referenced = keepAlive
    if (keepAlive) this.#listener?.ref()
    else this.#listener?.unref()
    for (const { transport } of this.#connections) transport.reference(keepAlive)
  }
}

/** For requests that name no host. The clients of a Unix domain socket have none in mind. */
function originOf({ transport, hostname, port }: NetAddress): string {
  if (transport === "unix") return "http://localhost"
  const host = hostname.includes(":") ? `[${hostname}]` : hostname
  return port === 80 ? `http://${host}` : `http://${host}:${port}`
}

const tickMillis = 1000
