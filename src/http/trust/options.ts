import type { Taker } from "../../argument/mod.ts"

/** The proxies in front of a server, and how they tell who their clients are. */
export interface Trust {
  /**
   * Addresses and networks of proxies, such as `"127.0.0.1"`, `"10.0.0.0/8"` and `"fd00::/8"`; `"unix"` for
   * whoever may connect to the server's Unix domain socket. What others tell counts for nothing.
   */
  readonly proxies: readonly string[]
  /**
   * The headers that every proxy sets: `"forwarded"` is Forwarded (RFC 7239), `"x-forwarded"` is
   * X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host. Only one kind, because a proxy passes the
   * other kind on as its client has sent it. Default: none.
   */
  readonly headers?: "forwarded" | "x-forwarded"
  /**
   * Whether the proxies begin each connection with the PROXY protocol, version 1 or 2. Connections of others
   * are then reset, and so are those that begin with anything else. Default false.
   */
  readonly proxyProtocol?: boolean
}

/** `serve({ trust })`. */
export const trustTaker: Taker<keyof Trust> = {
  action: "trust proxies",
  example: 'serve({ trust: { proxies: ["127.0.0.1"], headers: "x-forwarded" } }, handler)',
  names: { proxies: true, headers: true, proxyProtocol: true },
}
