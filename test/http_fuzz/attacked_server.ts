import { createHash } from "node:crypto"
import { cachedBody, serve, type Server } from "zerowire/http"

/** A request as the handler has seen it. */
export interface Call {
  readonly method: string
  readonly path: string
  /** Once all of the body has come. */
  body?: { readonly length: number; readonly sha1: string }
}

/**
 * A server whose handler looks at all of each request, answers in every way that a body can have, and keeps
 * in mind what it has seen of each client.
 */
export class AttackedServer implements AsyncDisposable {
  readonly #server: Server
  readonly #calls = new Map<number, Call[]>()
  /** Failures that are the server's own. */
  readonly complaints: string[]

  private constructor(timeout: number, complaints: string[]) {
    this.complaints = complaints
    this.#server = serve({
      ...{ port: 0, hostname: "127.0.0.1", onListen() {} },
      limits: {
        ...{ headTimeout: timeout, idleTimeout: timeout, bodyTimeout: timeout },
        sendTimeout: 120_000,
      },
      onError: (failure) => {
        this.complaints.push(`the handler has failed: ${(failure as Error)?.stack ?? failure}`)
        return new Response("", { status: 500 })
      },
    }, async (request, info) => {
      const { pathname, search } = new URL(request.url)
      const call: Call = { method: request.method, path: pathname + search }
      this.#calls.get(info.remoteAddr.port)?.push(call)
      for (const [name, value] of request.headers) if (name === value) throw new Error("no header")
      const bytes = await request.bytes().catch(() => undefined)
      // It was refused, or the client is lost: nobody will get this.
      if (bytes === undefined) return new Response("never", { status: 500 })
      call.body = { length: bytes.byteLength, sha1: createHash("sha1").update(bytes).digest("hex") }
      return answerTo(pathname)
    })
  }

  /** `timeout`, in milliseconds, is what clients have who wait for something. */
  static async open(timeout: number, complaints: string[]): Promise<AttackedServer> {
    const attacked = new AttackedServer(timeout, complaints)
    await attacked.#server.ready
    return attacked
  }

  get port(): number {
    return this.#server.addr.port
  }

  /** What the handler sees of the client with this port, from now on. */
  watch(port: number): readonly Call[] {
    const calls: Call[] = []
    this.#calls.set(port, calls)
    return calls
  }

  forget(port: number): void {
    this.#calls.delete(port)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown({ deadline: 10_000 })
  }
}

function answerTo(path: string): Response {
  switch (path) {
    case "/text":
      return new Response("a text")
    case "/stream":
      return new Response(new Blob(["a ", "stream"]).stream())
    case "/cached":
      return cached.response()
    case "/nothing":
      return new Response(null, { status: 204 })
  }
  return Response.json({ path })
}

const cached = cachedBody(new Uint8Array(3000).fill(0x63))
