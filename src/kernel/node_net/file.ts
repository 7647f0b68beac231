import type { InetAddress, SocketOption } from "../port.ts"

/** What a descriptor of this kernel refers to: a connection or a listener. */
export interface NetFile {
  readonly local: InetAddress | undefined
  readonly peer: InetAddress | undefined
  /** Bits of `ready`. */
  readonly readiness: number
  /** Called whenever the readiness may have changed. */
  onChange: () => void
  setOption(option: SocketOption, value: number): number
  getOption(option: SocketOption): number
  close(): void
}
