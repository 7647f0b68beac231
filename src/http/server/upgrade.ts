import { checkOptions } from "../../argument/mod.ts"
import type { Socket } from "../../tcp/mod.ts"
import { upgradeTaker } from "../known_options.ts"
import type { Head } from "../parser/head.ts"
import { headersOf } from "../request/request.ts"
import { interimHead } from "../response/head.ts"
import type { Upgrade, UpgradeOptions } from "./options.ts"

/** A switch to another protocol, from the handler's call to its response. */
export class UpgradeUnderWay implements Upgrade {
  readonly response: Response
  readonly #protocol: string
  readonly #socket = Promise.withResolvers<Socket>()

  private constructor({ protocol, headers }: UpgradeOptions) {
    this.#protocol = protocol
    this.response = new Response(null, { status: 101, ...(headers !== undefined && { headers }) })
    // Nobody has to wait for it.
    this.#socket.promise.catch(() => {})
  }

  /**
   * Undefined if the client does not ask for this protocol, and if its request has a body, which would have
   * to be read first.
   *
   * @throws {TypeError} for options that cannot be used.
   */
  static of(head: Head, options: UpgradeOptions): UpgradeUnderWay | undefined {
    checkOptions(upgradeTaker, options)
    const { protocol } = options
    if (typeof protocol !== "string" || !/^[!#$%&'*+.^_`|~0-9a-z/-]+$/i.test(protocol)) {
      throw new TypeError(
        `Cannot upgrade to the protocol ${JSON.stringify(protocol)}: name one, as "websocket"`,
      )
    }
    return asksFor(head, protocol) ? new UpgradeUnderWay(options) : undefined
  }

  get socket(): Promise<Socket> {
    return this.#socket.promise
  }

  /**
   * The head of `response`, which may be a copy of the one that was made here.
   *
   * @throws {TypeError} for a value that no header can have.
   */
  headOf(response: Response): string {
    return interimHead(
      101,
      response.headers,
      `connection: upgrade\r\nupgrade: ${this.#protocol}\r\n`,
    )
  }

  /** The client was told, and this is what is left of the connection. */
  succeed(socket: Socket | Promise<Socket>): void {
    this.#socket.resolve(socket)
  }

  fail(cause: unknown): void {
    this.#socket.reject(cause)
  }
}

/** RFC 9110, section 7.8. */
function asksFor(head: Head, protocol: string): boolean {
  if (head.minor === 0 || head.length !== 0) return false
  const headers = headersOf(head)
  return tokensOf(headers.get("connection")).includes("upgrade") &&
    tokensOf(headers.get("upgrade")).includes(protocol.toLowerCase())
}

const tokensOf = (list: string | null): readonly string[] =>
  (list ?? "").toLowerCase().split(",").map((token) => token.trim())
