import { FailureReason } from "./reason.ts"

/** The runtime's permissions forbid the call. */
export class PermissionDenied extends FailureReason<"PermissionDenied"> {
  /** @internal */
  constructor(message: string) {
    super("PermissionDenied", message)
  }
}

/** A socket of the runtime cannot be taken over as it is. */
export class TakeOverRefused extends FailureReason<"TakeOverRefused"> {
  /** @internal */
  constructor(message: string) {
    super("TakeOverRefused", message)
  }
}

/** This machine or this runtime lacks what the call needs. */
export class Unsupported extends FailureReason<"Unsupported"> {
  /** @internal */
  constructor(message: string) {
    super("Unsupported", message)
  }
}

/** The runtime can no longer wait for sockets. */
export class WaitFailed extends FailureReason<"WaitFailed"> {
  /** @internal */
  constructor(message: string) {
    super("WaitFailed", message)
  }
}
