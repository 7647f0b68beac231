import type { Kernel, UnixAddress } from "../../kernel/port.ts"
import type { NetAddress } from "../address.ts"
import { type History, wasAccepted } from "../connection/history.ts"

/** Where a listener gets its listening socket from. */
export interface ListeningPoint {
  /** What it is, and what it is called in messages. */
  readonly kind: "port" | "path" | "inherited"
  readonly name: string
  /**
   * The file descriptor of a socket that listens, or `-errno`; then nothing is left open.
   *
   * @throws {ZerowireError} PermissionDenied
   */
  open(kernel: Kernel): number
  /** The address of the socket. */
  address(kernel: Kernel, fd: number): NetAddress
  /** Closes the socket, because the listener is closed or could not be made. */
  close(kernel: Kernel, fd: number): void
}

/** What accepted sockets have behind them, by the address that their listener has. */
export const acceptedAt = ({ transport, path = "" }: NetAddress): History =>
  transport === "unix"
    ? { sentBefore: 0, unix: { local: unix(path), peer: unix("") } }
    : wasAccepted

/** The address of a socket with this path; empty if it has none. */
export const unix = (path: string): UnixAddress => ({ family: "unix", path })

/** Makes the calls in turn, up to the first that fails. Returns its `-errno`, or the last result. */
export function inTurn(steps: readonly (() => number)[]): number {
  let n = 0
  for (const step of steps) {
    n = step()
    if (n < 0) return n
  }
  return n
}
