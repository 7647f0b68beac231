import { atLeast, checkOptions, type Taker, wholeNumber } from "../argument/mod.ts"

/** What clients may use of a server. Each limit has an answer: a status, or the end of the connection. */
export interface Limits {
  /** Bytes of a request's head: the request line and all headers. Then 431. Default 16 KiB. */
  readonly headBytes: number
  /** Header lines of a request, from 1 to 65,536. Then 431. Default 100. */
  readonly headers: number
  /** Bytes of a request target. Then 414. Default 8 KiB. */
  readonly targetBytes: number
  /** Bytes of a request body. Then 413. Default 128 MiB, as in `Bun.serve`. */
  readonly bodyBytes: number
  /** Bytes of a chunked body's sizes and extensions, beyond 16 a chunk. Then 413. Default 16 KiB. */
  readonly chunkBytes: number
  /** Bytes of the trailers after a chunked body. Then 431. Default 8 KiB. */
  readonly trailerBytes: number
  /** Bytes of a body that the handler has left unread, to skip before the next request. Default 256 KiB. */
  readonly unreadBytes: number
  /**
   * Requests in a row that come before the answer to the one before them is written. Then the connection is
   * closed behind the last of them. Default Infinity: what waits here never takes more than 64 KiB.
   */
  readonly pipelined: number
  /** Requests of a connection. Then it is closed. Default Infinity. */
  readonly requests: number
  /** Connections in all. More are closed at once. Default 16,384. */
  readonly connections: number
  /** Connections of one address. More are closed at once. Default Infinity: a proxy has one address. */
  readonly connectionsPerAddress: number
  /** Milliseconds from the first byte of a head to its last. Then 408. Default 30,000. */
  readonly headTimeout: number
  /** Milliseconds from the first byte of a request to the last of its body. Then 408. Default 3,600,000. */
  readonly requestTimeout: number
  /** Milliseconds from a request's head to the last byte of its response. Then 503. Default Infinity. */
  readonly responseTimeout: number
  /** Milliseconds between two requests of a connection. Then it is closed. Default 65,000. */
  readonly idleTimeout: number
  /** Milliseconds in which a body that the handler reads must bring something. Then 408. Default 60,000. */
  readonly bodyTimeout: number
  /** Bytes a second that a body must bring while the handler waits for it; 0 for any. Then 408. Default 240. */
  readonly bodyRate: number
  /** Milliseconds in which a client must take something of a response. Then a reset. Default 60,000. */
  readonly sendTimeout: number
  /** Bytes a second that a client must take while something waits for it; 0 for any. Then a reset. Default 240. */
  readonly sendRate: number
  /** Milliseconds over which both rates are measured. Default 60,000. */
  readonly rateWindow: number
  /**
   * Milliseconds for a client that is still sending when its request is refused, or answered without its
   * body, and the connection closed: a reset could take the answer from it. Default 30,000.
   */
  readonly lingerTimeout: number
}

/** The limits with every default filled in. */
export function toLimits(given: Partial<Limits> = {}): Limits {
  checkOptions(limitsTaker, given)
  const limits: Record<string, number> = { ...defaults }
  for (const name of Object.keys(defaults) as (keyof Limits)[]) {
    const value = given[name]
    if (value === undefined) continue
    // There is an array with room for all of them.
    if (name === "headers") wholeNumber(name, value, mostHeaders)
    limits[name] = value === Infinity ? value : atLeast(name, value, 0)
  }
  return limits as unknown as Limits
}

const defaults: Limits = {
  headBytes: 16 * 1024,
  headers: 100,
  targetBytes: 8 * 1024,
  bodyBytes: 128 * 1024 * 1024,
  chunkBytes: 16 * 1024,
  trailerBytes: 8 * 1024,
  unreadBytes: 256 * 1024,
  pipelined: Infinity,
  requests: Infinity,
  connections: 16_384,
  connectionsPerAddress: Infinity,
  headTimeout: 30_000,
  requestTimeout: 3_600_000,
  responseTimeout: Infinity,
  idleTimeout: 65_000,
  bodyTimeout: 60_000,
  bodyRate: 240,
  sendTimeout: 60_000,
  sendRate: 240,
  rateWindow: 60_000,
  lingerTimeout: 30_000,
}

const mostHeaders = 65_536

const limitsTaker: Taker<keyof Limits> = {
  action: "serve",
  example: "serve({ port: 8080, limits: { bodyBytes: 1_000_000 } }, handler)",
  names: {
    headBytes: true,
    headers: true,
    targetBytes: true,
    bodyBytes: true,
    chunkBytes: true,
    trailerBytes: true,
    unreadBytes: true,
    pipelined: true,
    requests: true,
    connections: true,
    connectionsPerAddress: true,
    headTimeout: true,
    requestTimeout: true,
    responseTimeout: true,
    idleTimeout: true,
    bodyTimeout: true,
    bodyRate: true,
    sendTimeout: true,
    sendRate: true,
    rateWindow: true,
    lingerTimeout: true,
  },
}
