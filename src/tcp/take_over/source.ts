import type { InetAddress } from "../../kernel/port.ts"

/** What taking over needs to know of a runtime's socket. */
export interface Source {
  /** Its name in messages. */
  readonly name: string
  /** Why it cannot be taken over in its present state, and the cure; nothing if it can. */
  obstacle(): string | undefined
  /** Its file descriptor if the runtime exposes it, otherwise the addresses to find it by. */
  readonly where: Where
  /**
   * Makes the runtime hand over bytes that it holds out of reach, and returns whether it did; nothing if
   * there are none. From this call on no listener hears anything: bytes that arrive are for `drain`.
   */
  settle?(): Promise<boolean> | undefined
  /**
   * Takes the bytes that the runtime has read and not delivered, and stops it from reading. Called once,
   * just before `letGo`.
   */
  drain(): Uint8Array[]
  /** Whether its close sends a FIN even if there are other file descriptors. */
  readonly closeSendsFin: boolean
  /** Makes the runtime close its file descriptor, at once or soon. */
  letGo(): void
  /** Bytes that the runtime still held when it let go; they follow those of `drain`. */
  leftover?(): Promise<Uint8Array[]>
}

/** How to find the file descriptor of a socket. */
export type Where = { readonly fd: number } | {
  readonly local: InetAddress
  readonly peer: InetAddress
  /**
   * Sets TCP_NODELAY, which shows whether a file descriptor belongs to this socket. Absent if the runtime
   * cannot do it: then only one file descriptor may have these addresses, and the proof is that `letGo`
   * closes it.
   */
  readonly setNoDelay: ((noDelay: boolean) => void) | undefined
}
