import type { InetAddress } from "../../kernel/port.ts"

/** A socket of the runtime, as far as taking it over is concerned. */
export interface Source {
  /** What a message calls it. */
  readonly name: string
  /** Why it cannot be taken as it is now, and the cure; nothing when it can. */
  obstacle(): string | undefined
  /** Its file descriptor where the runtime tells, or else the addresses to find it by. */
  readonly where: Where
  /**
   * Has the runtime hand on what it keeps out of reach, and answers whether it did; nothing if there is
   * no such thing. No listener hears anything from the call on: what comes is for `drain`.
   */
  settle?(): Promise<boolean> | undefined
  /**
   * Takes out what the runtime has read and not handed on yet, and lets it read no more. Called once,
   * just before `letGo`.
   */
  drain(): Uint8Array[]
  /** Whether its close sends a FIN, be there other file descriptors or not. */
  readonly closeSendsFin: boolean
  /** Makes the runtime close its file descriptor, at once or soon. */
  letGo(): void
  /** What the runtime still held when it let go, to follow what `drain` answered. */
  leftover?(): Promise<Uint8Array[]>
}

/** Where the file descriptor of a socket is to be found. */
export type Where = { readonly fd: number } | {
  readonly local: InetAddress
  readonly peer: InetAddress
  /**
   * Sets TCP_NODELAY, which shows whether a file descriptor belongs to this very socket. Nothing where the
   * runtime does not do it: then the addresses must be those of one file descriptor alone, and that
   * `letGo` closes it is the proof.
   */
  readonly setNoDelay: ((noDelay: boolean) => void) | undefined
}
