/** The runtime's own HTTP server, on a free port of this host. */
export class RuntimeServer {
  readonly port: number
  readonly #close: () => Promise<void>

  constructor(handler: Handler) {
    const { Bun, Deno } = globalThis as unknown as Runtimes
    const where = { port: 0, hostname: "127.0.0.1" }
    if (Bun !== undefined) {
      const server = Bun.serve({ ...where, fetch: handler })
      this.port = server.port
      this.#close = () => server.stop(true)
    } else if (Deno !== undefined) {
      const server = Deno.serve({ ...where, onListen() {} }, handler)
      this.port = server.addr.port
      this.#close = () => server.shutdown()
    } else throw new Error("This runtime has no server")
  }

  close(): Promise<void> {
    return this.#close()
  }
}

type Handler = (request: Request) => Promise<Response>

interface Where {
  readonly port: number
  readonly hostname: string
}

/** No type checker knows both. */
interface Runtimes {
  readonly Bun?: {
    serve(options: Where & { fetch: Handler }): {
      readonly port: number
      stop(now: boolean): Promise<void>
    }
  }
  readonly Deno?: {
    serve(options: Where & { onListen(): void }, handler: Handler): {
      readonly addr: { readonly port: number }
      shutdown(): Promise<void>
    }
  }
}
