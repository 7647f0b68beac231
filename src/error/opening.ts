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
  /** `address:port`, or `hostname:port` when no address answered in time. */
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
  ETIMEDOUT: "The host does not answer; check the address and the firewall",
  ENETUNREACH: "There is no route to that network",
  EHOSTUNREACH: "There is no route to that host",
  EMFILE: "This process has no file descriptor left; raise `ulimit -n`",
  EADDRNOTAVAIL: "No local port is left for this peer",
}

/** A listener could not be opened, or can accept no more connections. */
export class ListenFailed extends FailureReason<"ListenFailed"> {
  /** `address:port`. */
  readonly address: string
  /** The name of the error: EADDRINUSE, EACCES, EMFILE, … */
  readonly code: string
  /** What failed: "listen" or "accept". */
  readonly action: string

  /** @internal */
  constructor(address: string, errno: number, action = "listen") {
    const code = errnoName(errno)
    super("ListenFailed", withCure(`Cannot ${action} on ${address}: ${code}`, code, listenCures))
    this.address = address
    this.code = code
    this.action = action
  }
}

const listenCures: Cures = {
  EADDRINUSE: "Another socket has the port; choose another, or 0 for any free one",
  EACCES: "Ports below 1024 need the capability CAP_NET_BIND_SERVICE",
  EADDRNOTAVAIL: "This host has no such address",
  EMFILE: "This process has no file descriptor left; raise `ulimit -n`",
  ENFILE: "This machine has no file descriptor left; raise the sysctl fs.file-max",
  ENOBUFS: "The kernel has no memory for another socket",
  ENOMEM: "The kernel has no memory for another socket",
}
