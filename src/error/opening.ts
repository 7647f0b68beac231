import { errnoName } from "../kernel/port.ts"
import { type Cures, FailureReason, withCure } from "./reason.ts"

/** A host name has no address. */
export class LookupFailed extends FailureReason<"LookupFailed"> {
  /** The name that was looked up. */
  readonly hostname: string
  /** What the resolver said: ENOTFOUND, EAI_AGAIN, … */
  readonly code: string

  /** @internal */
  constructor(hostname: string, code: string) {
    super("LookupFailed", `Cannot find an address for "${hostname}": ${code}. Check the name`)
    this.hostname = hostname
    this.code = code
  }
}

/** A connection could not be established. */
export class ConnectFailed extends FailureReason<"ConnectFailed"> {
  /** `address:port`, or `hostname:port` when no address answered in time; or a path. */
  readonly address: string
  /** The name of the error: ECONNREFUSED, ETIMEDOUT, ENETUNREACH, … */
  readonly code: string

  /** @internal */
  constructor(address: string, errno: number) {
    const code = errnoName(errno)
    super("ConnectFailed", withCure(`Cannot connect to ${address}: ${code}`, code, connectCures))
    this.address = address
    this.code = code
  }
}

const connectCures: Cures = {
  ECONNREFUSED: "Nothing listens there; start the receiver first",
  ENOENT: "There is no such file; start the receiver first",
  EACCES: "This user may not write to the socket's file; see the option mode of listen()",
  ETIMEDOUT: "The host does not answer; check the address and the firewall",
  ENETUNREACH: "There is no route to that network",
  EHOSTUNREACH: "There is no route to that host",
  EMFILE: "This process has no file descriptor left; raise `ulimit -n`",
  EADDRNOTAVAIL: "No local port is left for this peer",
  EAFNOSUPPORT: "Unix domain sockets need Linux's libc; use a port",
}

/** A listener could not be opened, or can accept no more connections. */
export class ListenFailed extends FailureReason<"ListenFailed"> {
  /** `address:port`, a path, or `file descriptor` and its number. */
  readonly address: string
  /** The name of the error: EADDRINUSE, EACCES, EMFILE, … */
  readonly code: string
  /** What failed: "listen" or "accept". */
  readonly action: string

  /** @internal */
  constructor(
    address: string,
    errno: number,
    action = "listen",
    kind: keyof typeof curesOf = "port",
  ) {
    const code = errnoName(errno)
    const cures = { ...listenCures, ...curesOf[kind] }
    super("ListenFailed", withCure(`Cannot ${action} on ${address}: ${code}`, code, cures))
    this.address = address
    this.code = code
    this.action = action
  }
}

/** The service manager has not passed the socket that was asked for. */
export class NotActivated extends FailureReason<"NotActivated"> {
  /** Its name, or its number. */
  readonly wanted: string | number

  /** @internal */
  constructor(wanted: string | number, why: string) {
    super("NotActivated", `Cannot listen on the activated socket ${JSON.stringify(wanted)}: ${why}`)
    this.wanted = wanted
  }
}

/** By what a listener was to listen on. */
const curesOf = {
  port: {
    EADDRINUSE: "Another socket has the port; choose another, or 0 for any free one",
    EACCES: "Ports below 1024 need the capability CAP_NET_BIND_SERVICE",
    EADDRNOTAVAIL: "This host has no such address",
  },
  path: {
    EADDRINUSE: "Another server listens there, or the file is not a socket",
    EACCES: "This user may not create files in that directory",
    ENOENT: "There is no such directory",
    EAFNOSUPPORT: "Unix domain sockets need Linux's libc; use a port",
  },
  inherited: {
    EBADF: "This process was started without it",
    EBUSY: "Another listener of this process has it",
    EINVAL: "The socket does not listen. A unit of systemd needs Accept=no",
    ENOTSOCK: "It is not a socket",
    ESOCKTNOSUPPORT: "It is not a stream socket. A unit of systemd needs ListenStream=",
    EOPNOTSUPP: "Sockets of other programs need Linux's libc",
    EAFNOSUPPORT: "It is neither a TCP nor a Unix domain socket",
  },
} as const satisfies Record<string, Cures>

const listenCures: Cures = {
  EMFILE: "This process has no file descriptor left; raise `ulimit -n`",
  ENFILE: "This machine has no file descriptor left; raise the sysctl fs.file-max",
  ENOBUFS: "The kernel has no memory for another socket",
  ENOMEM: "The kernel has no memory for another socket",
}
