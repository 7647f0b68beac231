import { errno, type InetAddress } from "../../kernel/port.ts"
import { seenBy, unmapped } from "../kernel/mapped.ts"
import type { Link } from "../world/options.ts"
import type { World } from "../world/world.ts"
import { Endpoint } from "./endpoint.ts"
import { TcpSocket } from "./tcp_socket.ts"
import { Wire } from "./wire.ts"

/** Listening sockets, the links to them, and the handshake. */
export class Network {
  readonly #world: World
  readonly #link: Link
  readonly #loopback: Link
  readonly #routes = new Map<string, Link>()
  readonly #bound = new Map<number, Set<TcpSocket>>()
  #lastPort = firstPort

  constructor(world: World, link: Link, loopback: Link) {
    this.#world = world
    this.#link = link
    this.#loopback = loopback
  }

  /** Gives `address` its own link. */
  route(address: string, link: Link): void {
    this.#routes.set(address, link)
  }

  /** Gives `socket` an address; port 0 picks a free one. */
  bind(socket: TcpSocket, address: InetAddress): number {
    const port = address.port === 0 ? this.#freePort() : address.port
    const others = this.#bound.get(port) ?? new Set()
    const shares = (other: TcpSocket) => other.options.get("SO_REUSEPORT") === 1
    for (const other of others) {
      const same = [address.address, "0.0.0.0", "::"].includes(other.local?.address ?? "")
      if (same && !(shares(other) && shares(socket))) return -errno.EADDRINUSE
    }
    this.#bound.set(port, others.add(socket))
    socket.local = { ...address, port }
    return 0
  }

  /** Forgets the address of `socket`. */
  unbind(socket: TcpSocket): void {
    const port = socket.local?.port ?? 0
    const others = this.#bound.get(port)
    others?.delete(socket)
    if (others?.size === 0) this.#bound.delete(port)
  }

  /** Begins a connection from `socket` to `remote`. */
  connect(socket: TcpSocket, remote: InetAddress): void {
    const { family, address } = unmapped(remote)
    const own = isOwn(address)
    const link = own ? this.#loopback : this.#routes.get(address) ?? this.#link
    const from = own ? address : family === 4 ? ownAddress : ownAddress6
    const port = socket.local?.port ?? this.#freePort()
    const local = seenBy(socket.family, { family, address: from, port, scope: 0 })
    socket.initiator = true
    const endpoint = socket.begin(link, local, remote)
    this.#synchronize(socket, endpoint, 0)
  }

  #synchronize(socket: TcpSocket, endpoint: Endpoint, attempt: number): void {
    endpoint.wire.carry(() => this.#answer(socket, endpoint))
    this.#world.timeline.after(1000 * 2 ** attempt, () => {
      if (socket.endpoint !== endpoint || socket.state !== "connecting") return
      if (attempt < synRetries) this.#synchronize(socket, endpoint, attempt + 1)
      else socket.refused(errno.ETIMEDOUT)
    })
  }

  /** A SYN has arrived. */
  #answer(socket: TcpSocket, endpoint: Endpoint): void {
    const { local, remote } = socket
    if (endpoint.stopped || local === undefined || remote === undefined) return
    const { link } = endpoint.wire
    const listener = this.#listenerAt(unmapped(remote))
    if (endpoint.peer === undefined) {
      if (listener?.backlog === undefined) {
        return new Wire(this.#world, link).carry(() => {
          if (socket.endpoint === endpoint) socket.refused(errno.ECONNREFUSED)
        })
      }
      // Linux drops connections that do not fit into the backlog, and the client tries again.
      if (listener.backlog.queue.length > listener.backlog.limit) return
      const accepted = new TcpSocket(this.#world, listener.family)
      for (const [option, value] of listener.options) accepted.options.set(option, value)
      const { family } = listener
      const other = accepted.begin(link, seenBy(family, remote), seenBy(family, local))
      endpoint.join(other)
      other.join(endpoint)
      accepted.established()
      listener.backlog.queue.push(accepted)
      listener.notify()
    }
    endpoint.peer?.wire.carry(() => {
      if (endpoint.stopped) endpoint.peer?.lose("reset")
      else if (socket.endpoint === endpoint) socket.established()
    })
  }

  #listenerAt({ address, port }: InetAddress): TcpSocket | undefined {
    const everybody = address.includes(":") ? ["::"] : ["0.0.0.0", "::"]
    for (const socket of this.#bound.get(port) ?? []) {
      const bound = socket.local?.address ?? ""
      if (socket.backlog === undefined) continue
      if (bound === "::" && socket.options.get("IPV6_V6ONLY") === 1 && !address.includes(":")) {
        continue
      }
      if (bound === address || everybody.includes(bound)) return socket
    }
    return undefined
  }

  #freePort(): number {
    do {
      this.#lastPort = this.#lastPort === 65535 ? firstPort : this.#lastPort + 1
    } while (this.#bound.has(this.#lastPort))
    return this.#lastPort
  }
}

/** This host's address, from the ranges that are reserved for documentation (RFC 5737, RFC 3849). */
const ownAddress = "192.0.2.1"
const ownAddress6 = "2001:db8::1"

const isOwn = (address: string): boolean =>
  address === ownAddress || address === ownAddress6 || address === "::1" ||
  address.startsWith("127.")

/** `net.ipv4.ip_local_port_range`, and `tcp_syn_retries` (tcp(7)). */
const firstPort = 32768
const synRetries = 6
