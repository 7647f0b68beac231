import { PeerConnection } from "./peer_connection.ts"
import type { TcpSocket } from "./tcp_socket.ts"

/**
 * A host at the other end of the network that accepts, receives and keeps the bytes. Its only own
 * properties are an address, so it can be passed as the options of `connect`, or spread into them.
 */
export class Peer {
  /** Its address. */
  readonly hostname: string
  /** The port it listens on. */
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

  /** Whether it receives from new connections at once. */
  get receiving(): boolean {
    return this.#receiving
  }

  /** Changes it for connections that come later. */
  set receiving(receiving: boolean) {
    this.#receiving = receiving
  }

  /** The connections, in the order in which they were established. */
  get connections(): readonly PeerConnection[] {
    return this.#connections
  }

  /**
   * The latest connection.
   *
   * @throws {Error} if there was none.
   */
  get connection(): PeerConnection {
    const last = this.#connections.at(-1)
    if (last === undefined) throw new Error("Cannot use a connection: nobody has connected")
    return last
  }
}
