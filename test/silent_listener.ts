import { listen, type Listener } from "../src/mod.ts"
import { dial } from "./plain_peer.ts"

/** An address whose SYNs are dropped, because the backlog of its listener is full. */
export class Silent implements AsyncDisposable {
  readonly port: number
  readonly #listener: Listener
  readonly #close: () => void

  private constructor(listener: Listener, close: () => void) {
    this.port = listener.addr.port
    this.#listener = listener
    this.#close = close
  }

  static async open(hostname: string): Promise<Silent> {
    // A backlog of 0 has room for one connection (sk_acceptq_is_full in include/net/sock.h).
    const listener = await listen({ hostname, port: 0, backlog: 0 })
    const peer = await dial(listener.addr.port, hostname)
    return new Silent(listener, () => peer.destroy())
  }

  /** Makes room for one connection. */
  async answer(): Promise<void> {
    await (await this.#listener.accept()).abort()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close()
    this.#close()
    await Promise.resolve()
  }
}

/** A port where nobody listens. */
export async function freePort(hostname: string): Promise<number> {
  const listener = await listen({ hostname, port: 0 })
  listener.close()
  return listener.addr.port
}
