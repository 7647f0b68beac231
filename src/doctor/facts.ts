/**
 * What the doctor saw. A member that is undefined could not be seen.
 */
export interface Facts {
  /** `"bun"` or `"deno"`. */
  readonly runtime: string
  readonly runtimeVersion: string
  readonly platform: string
  /** As in `process.arch`. */
  readonly architecture: string
  /** As `uname -r` prints it. */
  readonly kernel: string | undefined
  /** Such as `glibc 2.36`, or why libc cannot be called. */
  readonly libc: { readonly name: string } | { readonly failure: string }
  /** Whether the runtime permits reading /proc. */
  readonly seesProc: boolean
  readonly calls: Calls | undefined
  readonly memlock: Memlock | undefined
  /** `net.core.optmem_max`, in bytes. */
  readonly optmemBytes: number | undefined
  readonly container: string | undefined | false
  readonly captures: readonly Capture[] | undefined
  readonly tcp: Tcp | undefined
  readonly target: Target | undefined
}

/** System calls that were tried: 0 or more, or `-errno`. */
export interface Calls {
  /** setsockopt(SO_ZEROCOPY). */
  readonly option: number
  /**
   * What became of bytes that were sent with MSG_ZEROCOPY over loopback: `notified` is as it should be.
   */
  readonly send: "notified" | "silent" | number | undefined
  readonly sendfile: number | undefined
  readonly ioUring: number
}

export interface Memlock {
  /** RLIMIT_MEMLOCK; Infinity if it does not apply. */
  readonly bytes: number
  /** What the user may raise it to, if that is known. */
  readonly hardBytes: number | undefined
  /** CAP_IPC_LOCK; undefined if unknown. */
  readonly capable: boolean | undefined
  readonly user: number | undefined
  /** What one call could pin now, if it was tried. */
  readonly freeBytes: number | undefined
  /** Processes of the same user that may hold some. */
  readonly others: readonly Process[]
}

export interface Process {
  readonly pid: number
  readonly name: string
}

/** A packet socket that sees every packet that is sent (packet(7)). */
export interface Capture {
  /** The index of the device, or 0 for all of them. */
  readonly device: number
  /** Who captures; undefined if that is hidden from this user. */
  readonly process: Process | undefined
}

export interface Tcp {
  readonly congestionControl: string
  /** The most that a send buffer grows to, in bytes. */
  readonly sendBytes: number
  readonly receiveBytes: number
}

/** The host that was asked about. */
export interface Target {
  readonly hostname: string
  readonly port: number | undefined
  /** The address that the rest is about, or why there is none. */
  readonly address: string | undefined
  /** Why the host could not be looked up or reached. */
  readonly failure: string | undefined
  /** How long connecting took; undefined without a port. */
  readonly connectMillis: number | undefined
  readonly route: Route | number | undefined
  readonly probe: Probe | undefined
  readonly trial: Trial | undefined
}

/** The way to an address, as the kernel would choose it now. */
export interface Route {
  /** Whether the address is this host's own. */
  readonly local: boolean
  /** The index of the device. */
  readonly index: number
  readonly device: string
  /** `veth`, `tun`, `bridge`, …; empty for hardware. */
  readonly kind: string
  readonly mtu: number
  readonly gateway: string | undefined
  readonly offloads: Offloads | undefined
}

export interface Offloads {
  readonly driver: string
  readonly scatterGather: boolean
  readonly checksum: boolean
  readonly segmentation: boolean
}

/** What became of a datagram that was sent with MSG_ZEROCOPY. */
export type Probe = "zero-copy" | "copied" | "silent" | { readonly errno: number }

/** What sending the same bytes cost, in CPU seconds for 10⁹ bytes. */
export interface Trial {
  readonly bytes: number
  readonly copying: number
  readonly zerocopy: number
  /** How much of the bytes is known to have left without a copy, or may have. */
  readonly share: number
}
