import { type Handler, serve, type ServeOptions, type Server } from "zerowire/http"
import { dial } from "../plain_peer.ts"

/** A server on a free port of this host, which says nothing. */
export async function serving(handler: Handler, options: ServeOptions = {}): Promise<Server> {
  const server = serve({ port: 0, hostname: "127.0.0.1", onListen() {}, ...options }, handler)
  await server.ready
  return server
}

export const urlOf = ({ addr }: Server, path = "/"): string =>
  `http://127.0.0.1:${addr.port}${path}`

/** Bytes in, bytes out, over a plain connection. Each character is a byte. */
export class RawClient implements AsyncDisposable {
  readonly peer: Awaited<ReturnType<typeof dial>>
  /** Resolves with how the connection has ended: `"reset"` or `"fin"`. */
  readonly ended: Promise<"reset" | "fin">
  #received = ""
  #wake: () => void = () => {}

  private constructor(peer: Awaited<ReturnType<typeof dial>>) {
    this.peer = peer
    peer.setEncoding("latin1").on("data", (text: string) => {
      this.#received += text
      this.#wake()
    })
    this.ended = new Promise((resolve) => {
      peer.on("error", () => resolve("reset"))
      peer.on("end", () => resolve("fin"))
    })
    void this.ended.then(() => this.#wake())
  }

  static async open({ addr }: Server): Promise<RawClient> {
    return new RawClient(await dial(addr.port))
  }

  get received(): string {
    return this.#received
  }

  send(bytes: string): void {
    this.peer.write(bytes, "latin1")
  }

  /** What has arrived, once `pattern` is in it. Fails if the connection ends first. */
  async until(pattern: RegExp): Promise<string> {
    let over = false
    void this.ended.then(() => over = true)
    while (!pattern.test(this.#received)) {
      if (over) throw new Error(`The connection ended after ${JSON.stringify(this.#received)}`)
      await new Promise<void>((resolve) => this.#wake = resolve)
    }
    return this.#received
  }

  /** Everything that arrives until the server closes. */
  async rest(): Promise<string> {
    await this.ended
    return this.#received
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.peer.destroy()
    await Promise.resolve()
  }
}
