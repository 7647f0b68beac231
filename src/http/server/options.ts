import type { CopyReason } from "../../pieces/mod.ts"
import type { FallbackOption } from "../../stack/mod.ts"
import type { NetAddress, Socket } from "../../tcp/mod.ts"
import type { Limits } from "../limits.ts"
import type { Trust } from "../trust/options.ts"

/** The address of a client, in the shape of Bun's `SocketAddress`. */
export interface ClientAddress {
  /** An IPv4 or IPv6 address. */
  readonly address: string
  /** A port. */
  readonly port: number
  /** Which of both the address is. */
  readonly family: "IPv4" | "IPv6"
}

/** What a handler may ask about its request. */
export interface ServeInfo {
  /** The address of the client. */
  readonly remoteAddr: NetAddress
  /**
   * Resolves when the kernel has accepted all of the response, with what was sent; rejects with the reason
   * if it never will. The client may not have received it yet. To handlers that are written for `Deno.serve`
   * it is a promise of nothing.
   */
  readonly completed: Promise<void> & Promise<Sent>
  /**
   * The fields that the client has sent behind a chunked body. It resolves when all of the body has arrived,
   * so read the body first: a long one does not arrive without a reader. Without trailers it resolves with
   * empty Headers. It rejects if the body does not arrive, or is not read before the response is sent.
   */
  readonly trailers: Promise<Headers>
  /**
   * Sends 103 Early Hints with these headers at once, as `{ link: "</style.css>; rel=preload; as=style" }`.
   * It may be called several times. HTTP/1.0 has no interim responses, so its clients are sent nothing.
   *
   * @throws {TypeError} after the response has begun, and for values that no header can have.
   */
  earlyHints(headers: HeadersInit): void
  /**
   * Has `make` called when all of the response's body was sent, and sends the fields that it returns behind
   * it. The response's header `Trailer` must name them. Only chunked bodies have trailers, which are those
   * of streams without a length, for HTTP/1.1: for any other response `make` is not called, and the header
   * `Trailer` is left out. What `make` throws resets the connection, as a body that fails does.
   *
   * @throws {TypeError} after the response has begun.
   */
  sendTrailers(make: () => HeadersInit | Promise<HeadersInit>): void
  /**
   * Prepares to leave HTTP. Return its `response`, and `socket` resolves with the connection. Undefined if
   * the client does not ask for this protocol, if the request has a body, and in HTTP/1.0: answer
   * otherwise, for example with 426.
   *
   * @throws {TypeError} for options that cannot be used.
   */
  upgrade(options: UpgradeOptions): Upgrade | undefined
  /** The address of the client, as `Bun.serve` gives it: null over a Unix domain socket. */
  requestIP(request?: Request): ClientAddress | null
  /** Resets the connection unless the response is written in this many seconds; 0 takes that back. */
  timeout(request: Request, seconds: number): void
}

/** How to leave HTTP. */
export interface UpgradeOptions {
  /** The protocol to switch to, one of those in the request's `Upgrade` header, as `"websocket"`. */
  readonly protocol: string
  /** Headers of the answer, 101 Switching Protocols, beside `Connection` and `Upgrade`. */
  readonly headers?: HeadersInit
}

/** A connection that is to leave HTTP. */
export interface Upgrade {
  /** The response to return, with status 101. A copy with other headers serves as well. */
  readonly response: Response
  /**
   * Resolves when the answer is written. What the client has sent behind its request is the first that
   * `readable` delivers. The socket is the program's own: close it when you are done. It counts towards no
   * limit of the server any more, and no `shutdown` waits for it or resets it.
   *
   * It rejects if the connection is lost before, and if another response was returned.
   */
  readonly socket: Promise<Socket>
}

/** Answers a request. What it throws, or rejects with, goes to `onError`. */
export type Handler = (request: Request, info: ServeInfo) => Response | Promise<Response>

/** A response that the kernel has accepted. */
export interface Sent {
  /** The status of the response. */
  readonly status: number
  /** Bytes of the response, with its head. */
  readonly bytes: number
  /** `"upgraded"` if the connection has left HTTP. */
  readonly outcome: "sent" | "upgraded"
}

/**
 * How a request has ended. `"sent"`: the kernel has accepted all of its response. `"upgraded"`: so it has, and
 * the connection has left HTTP. `"lost"`: the client, or the network, has ended the connection. `"failed"`:
 * the response's body has failed. `"timeout"`: a time limit or a minimum rate was not kept. `"refused"`: the
 * rest of the request was refused. `"stopped"`: the server was shut down.
 */
export type Outcome = "sent" | "upgraded" | "lost" | "failed" | "timeout" | "refused" | "stopped"

/** A request that has ended, and what became of its response. */
export interface Completed {
  /** The address of the client. */
  readonly remoteAddr: NetAddress
  /** The method of the request. */
  readonly method: string
  /** The target of the request: its path and query. */
  readonly path: string
  /** The status that was sent; 0 if none was. */
  readonly status: number
  /** How it has ended. */
  readonly outcome: Outcome
  /** Bytes of the response, with its head; without interim responses. */
  readonly bytes: number
  /**
   * Bytes that are known to have left without a copy (MSG_ZEROCOPY). Requests that a client has pipelined
   * share a connection's counts: what was sent of the next one by then counts here.
   */
  readonly zerocopyBytes: number
  /** Bytes that the kernel took from a file or from another socket. */
  readonly movedBytes: number
  /** Bytes that were copied, here or by the kernel after all. */
  readonly copiedBytes: number
  /** Why most of the copied bytes were copied; undefined if none were. */
  readonly reason: CopyReason | undefined
  /** Milliseconds from the request's head until the kernel had accepted the response, or until the failure. */
  readonly ms: number
  /** Milliseconds from the request's head until the response's head was written; undefined if none was. */
  readonly ttfb: number | undefined
  /** What it failed with. */
  readonly error?: unknown
}

/** Where and how to serve. */
export interface ServeOptions extends FallbackOption {
  /** 0 picks a free port. Default 8000, unless another option says where to listen. */
  readonly port?: number
  /** An address of this host. Default `"0.0.0.0"`, every IPv4 address. */
  readonly hostname?: string
  /** The path of a Unix domain socket, or an abstract name; see `listen` of `zerowire`. */
  readonly path?: string
  /** The permissions of the socket's file; see `listen` of `zerowire`. */
  readonly mode?: number
  /** A listening socket that this process was started with; see `listen` of `zerowire`. */
  readonly fd?: number
  /** A socket that systemd has passed, by its number or its name; see `listen` of `zerowire`. */
  readonly activated?: number | string
  /**
   * SO_REUSEPORT: several processes serve the port, each with its own JavaScript thread. See `listen` of
   * `zerowire`. Default false.
   */
  readonly reusePort?: boolean
  /** Connections that may wait to be accepted. Default 511. */
  readonly backlog?: number
  /** When it aborts, the server stops as `shutdown({ deadline: 0 })` does. */
  readonly signal?: AbortSignal
  /** `"never"` copies every response. Default `"auto"`; see `SocketOptions` of `zerowire`. */
  readonly zerocopy?: "auto" | "always" | "never"
  /** The fewest bytes that are sent zero-copy; see `SocketOptions` of `zerowire`. */
  readonly threshold?: number
  /** What clients may use. */
  readonly limits?: Partial<Limits>
  /**
   * Proxies in front of the server, and how they tell who their clients are. `request.url`,
   * `info.remoteAddr` and `info.requestIP()` follow what they tell. Default: nobody is believed, and the
   * address is that of whoever has connected.
   */
  readonly trust?: Trust
  /** Makes the response if the handler fails. Default: status 500, and the error on the console. */
  readonly onError?: (error: unknown) => Response | Promise<Response>
  /** Called once the server listens. Default: prints the address, as `Deno.serve` does. */
  readonly onListen?: (addr: NetAddress) => void
  /**
   * Called once for each request that reached the handler, when its response was accepted by the kernel, or
   * will not be. After a zero-copy response it waits until the client's kernel has acknowledged it.
   */
  readonly onComplete?: (completed: Completed) => void
}

/** Options with the handler among them, as `Bun.serve` takes them, or a module's default export. */
export interface ServeObject extends ServeOptions {
  /** Called on this object. */
  readonly fetch: Handler
}

/** How to stop a server. */
export interface ShutdownOptions {
  /** Milliseconds for requests under way. Connections that are open then are reset. Default Infinity. */
  readonly deadline?: number
}
