import type { Peek } from "../../kernel/mod.ts"
import type { Limits } from "../limits.ts"
import type { Llhttp } from "../parser/llhttp.ts"
import type { TrustedProxies } from "../trust/trust.ts"
import type { Completed, Handler } from "./options.ts"
import type { Tally } from "./roster.ts"

/** What the connections of a server share. */
export interface Context {
  readonly llhttp: Llhttp
  readonly limits: Limits
  readonly handler: Handler
  readonly peek: Peek
  /** `http://` and the server's address, for requests that name no host. */
  readonly fallback: string
  /** Milliseconds of a clock that ticks once a second and is never slow, so that no deadline is early. */
  now(): number
  /** Milliseconds that closing a connection may take. */
  readonly closeTimeout: number
  readonly tally: Tally
  /** Whether the server answers no further requests. */
  closing(): boolean
  /** The proxies that are believed, if any. */
  readonly trust: TrustedProxies | undefined
  readonly onComplete: ((completed: Completed) => void) | undefined
  /** The response to a request whose handler has failed. */
  onError(error: unknown): Response | Promise<Response>
  /** Reports a failure that no response can tell. */
  report(error: unknown): void
}
