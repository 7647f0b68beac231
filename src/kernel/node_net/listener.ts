import { createServer, type Server, type Socket } from "node:net"
import { errno, type InetAddress, ready, type SocketOption } from "../port.ts"
import { toAddress } from "./address.ts"
import { errnoOf } from "./codes.ts"
import { NetConnection } from "./connection.ts"
import type { NetFile } from "./file.ts"
import type { KeepAlive } from "./keep_alive.ts"

/** A listening socket. */
export class NetListener implements NetFile {
  readonly peer = undefined
  readonly #address: InetAddress
  readonly #alive: KeepAlive
  readonly #server: Server
  readonly #options: ReadonlyMap<SocketOption, number>
  readonly #backlog: NetConnection[] = []
  #local: InetAddress | undefined
  /** Resolves with 0 when it listens, or with `-errno`. */
  readonly outcome: Promise<number>
  onChange: () => void = () => {}

  constructor(
    address: InetAddress,
    backlog: number,
    options: ReadonlyMap<SocketOption, number>,
    alive: KeepAlive,
  ) {
    this.#address = address
    this.#options = options
    this.#alive = alive
    // The runtime accepts all connections; nothing is read from those that wait here.
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true })
    this.#server = server
    server.unref()
    server.on("connection", (socket) => this.#connected(socket, Math.max(backlog, 1)))
    this.outcome = this.#listening(server)
    const { address: host, port } = address
    const reusePort = options.get("SO_REUSEPORT") === 1
    server.listen({ host, port, backlog, ...(reusePort && { reusePort }) })
  }

  get local(): InetAddress {
    return this.#local ?? this.#address
  }

  get readiness(): number {
    return this.#backlog.length > 0 ? ready.readable : 0
  }

  /** The next connection, or `-errno`. */
  accept(): NetConnection | number {
    return this.#backlog.shift() ?? -errno.EAGAIN
  }

  setOption(): number {
    return -errno.EISCONN
  }

  getOption(option: SocketOption): number {
    return this.#options.get(option) ?? 0
  }

  /** As on Linux, connections that nobody has accepted are reset. */
  close(): void {
    this.onChange = () => {}
    for (const connection of this.#backlog.splice(0)) connection.disconnect()
    this.#server.close()
  }

  /** Some runtimes listen a little later. Somebody waits for that. */
  #listening(server: Server): Promise<number> {
    this.#alive.set(this, true)
    return new Promise<number>((resolve) => {
      server.on("error", (failure) => {
        const number = errnoOf(failure)
        // What Deno's `node:net` says of an address that is not of this host.
        resolve(number === errno.EINVAL ? -errno.EADDRNOTAVAIL : -number)
      })
      server.on("listening", () => {
        const found = server.address()
        if (typeof found === "object" && found !== null) {
          this.#local = toAddress(found.address, found.port)
        }
        resolve(0)
      })
      server.on("close", () => resolve(-errno.ECONNABORTED))
    }).finally(() => this.#alive.set(this, false))
  }

  #connected(socket: Socket, limit: number): void {
    const connection = NetConnection.accepted(this.#alive, socket)
    connection.setOption("TCP_NODELAY", this.getOption("TCP_NODELAY"))
    // The system has accepted it already, so it cannot wait there.
    if (this.#backlog.length >= limit) return void connection.disconnect()
    this.#backlog.push(connection)
    this.onChange()
  }
}
