import type { Progress } from "./connection.ts"
import { FailureReason } from "./reason.ts"

/** The option that ended a connection: `idleTimeout`, `readTimeout` or `writeTimeout`. */
export type TimeoutOption = "idleTimeout" | "readTimeout" | "writeTimeout"

/** A timeout of the socket has passed, so the connection was reset. */
export class TimedOut extends FailureReason<"TimedOut"> {
  /** The option that ended the connection. */
  readonly option: TimeoutOption
  /** The value of that option, in milliseconds. */
  readonly timeout: number
  /** What is known about the bytes that were written. */
  readonly progress: Progress

  /** @internal */
  constructor(option: TimeoutOption, timeout: number, progress: Progress) {
    const { acceptedBytes, unknownBytes, unsentBytes } = progress
    super(
      "TimedOut",
      `${quiet[option]} for ${timeout} ms (${option}), so the connection was reset, after ` +
        `${acceptedBytes} bytes were accepted. Of these ${unknownBytes} may not have reached the ` +
        `peer; ${unsentBytes} more were never sent`,
    )
    this.option = option
    this.timeout = timeout
    this.progress = progress
  }
}

const quiet: Readonly<Record<TimeoutOption, string>> = {
  idleTimeout: "Nothing was received or sent",
  readTimeout: "The peer sent nothing",
  writeTimeout: "The peer took nothing of what was written",
}
