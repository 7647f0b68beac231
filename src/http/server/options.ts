import type { NetAddress } from "../../tcp/mod.ts"
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
   * Resolves when the kernel has accepted all of the response; rejects if it never will. The client may not
   * have received it yet.
   */
  readonly completed: Promise<void>
  /** The address of the client, as `Bun.serve` gives it: null over a Unix domain socket. */
  requestIP(request?: Request): ClientAddress | null
  /** Resets the connection unless the response is written in this many seconds; 0 takes that back. */
  timeout(request: Request, seconds: number): void
}

/** Answers a request. What it throws, or rejects with, goes to `onError`. */
export type Handler = (request: Request, info: ServeInfo) => Response | Promise<Response>

/** A response that was written. */
export interface Completed {
  /** The address of the client. */
  readonly remoteAddr: NetAddress
  /** The method of the request. */
  readonly method: string
  /** The target of the request: its path and query. */
  readonly path: string
  /** The status of the response. */
  readonly status: number
  /** Bytes of the response, with its head. */
  readonly bytes: number
  /** Milliseconds from the request's head to the last byte that was written. */
  readonly ms: number
  /** Milliseconds from the request's head to the first byte that was written. */
  readonly ttfb: number
}

/** Where and how to serve. */
export interface ServeOptions {
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
  /** Called for each response that was written. */
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
