import { readFileSync } from "node:fs"

/** What the kernel has of a connection. */
export interface TcpState {
  /** Whether the peer's FIN has come. */
  readonly fin: boolean
  /** Bytes that nobody has read, without the FIN. */
  readonly unreadBytes: number
}

/** The kernel's view of a connection over IPv4, in the network namespace of this process. */
export const tcpState = (localPort: number, remotePort: number): TcpState | undefined =>
  stateIn(readFileSync("/proc/thread-self/net/tcp", "utf8"), localPort, remotePort)

/** The same, of a text that the kernel wrote (`get_tcp4_sock` in net/ipv4/tcp_ipv4.c). */
export function stateIn(text: string, localPort: number, remotePort: number): TcpState | undefined {
  for (const line of text.split("\n").slice(1)) {
    const [, local = "", remote = "", state = "", queues = ""] = line.trim().split(/\s+/)
    if (portOf(local) !== localPort || portOf(remote) !== remotePort) continue
    const fin = finStates.includes(parseInt(state, 16))
    const unread = parseInt(queues.split(":")[1], 16)
    // A FIN has a number in the sequence, as a byte has.
    return { fin, unreadBytes: Math.max(0, fin ? unread - 1 : unread) }
  }
  return undefined
}

const portOf = (address: string): number => parseInt(address.split(":")[1], 16)

/** TIME_WAIT, CLOSE_WAIT, LAST_ACK and CLOSING (include/net/tcp_states.h). */
const finStates: readonly number[] = [6, 8, 9, 11]
