import { PeerConnection } from "./peer_connection.ts"
import type { TcpSocket } from "./tcp_socket.ts"

/**
 * A host at the other end of the network that does what it is told: it accepts, receives and keeps
 * what it got. What it has of its own is an address, so it can stand for the options of `connect`, also
 * when it is spread out among others.
 */
export class Peer {
  /** Its address. */
  readonly hostname: string
  /** Where it listens. */
  readonly port: number
  #receiving: boolean
  readonly #connections: PeerConnection[] = []

  /** @internal Made by `Simulation.peer`. */
  constructor(listener: TcpSocket, receiving: boolean) {
    this.hostname = listener.local?.address ?? ""
    this.port = listener.local?.port ?? 0
    this.#receiving = receiving
    listener.watch(() => {
      for (const socket of listener.backlog?.queue.splice(0) ?? []) {
        this.#connections.push(new PeerConnection(socket, this.receiving))
      }
    })
  }

  /** Whether new connections are received from at once. */
  get receiving(): boolean {
    return this.#receiving
  }

  /** Changes it for connections that come later. */
  set receiving(receiving: boolean) {
    this.#receiving = receiving
  }

  /** The connections that came about, in that order. */
  get connections(): readonly PeerConnection[] {
    return this.#connections
  }

  /**
   * The connection that came last.
   *
   * @throws {Error} when there was none.
   */
  get connection(): PeerConnection {
    const last = this.#connections.at(-1)
    if (last === undefined) throw new Error("Cannot use a connection: nobody has connected")
    return last
  }
}
