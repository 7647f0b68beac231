import { atLeast, checkOptions, type Taker } from "../argument/mod.ts"
import { checkHostname, checkPort } from "../tcp/mod.ts"
import { examine } from "./examine.ts"
import { type Report, reportOf } from "./finding.ts"
import { judge } from "./judge/judge.ts"

/** What the doctor looks at besides this machine. */
export interface DoctorOptions {
  /**
   * A host to look at the way to: a name or an address. It gets one UDP datagram of 1200 zero bytes at the
   * port "discard", 9, which nobody needs to answer.
   */
  readonly hostname?: string
  /** From 1 to 65535. The doctor connects to it with TCP, and sends nothing unless `send` says so. */
  readonly port?: number
  /**
   * Bytes to send over TCP in each of six connections, by copy and zero-copy in turn, to measure which
   * costs less CPU time. The receiver gets zeros, so it should be one that throws them away. It needs a
   * `port`. Default 0: nothing is sent.
   */
  readonly send?: number
}

/**
 * Examines this machine: would bytes be sent zero-copy from here, what is in the way, and how is it
 * cured? With `hostname`, it also looks at the way to that host.
 *
 * It needs no privileges. What the system or the runtime hides is reported as `unknown`. It changes
 * nothing; it opens a connection of this process with itself over loopback.
 *
 * @throws {TypeError} for options that do not exist or are out of range.
 * @throws {ZerowireError} ConnectionLost, Aborted if the connections of a trial (`send`) fail.
 */
export async function doctor(options: DoctorOptions = {}): Promise<Report> {
  checkOptions(taker, options)
  const { hostname = "127.0.0.1", port, send = 0 } = options
  checkHostname(hostname)
  if (port !== undefined) checkPort(port, 1)
  atLeast("send", send, 0)
  if (send > 0 && port === undefined) {
    throw new TypeError(
      "Cannot send anything without a port: give one to connect to, as in HOST:PORT",
    )
  }
  const asked = options.hostname !== undefined || port !== undefined
  return reportOf(judge(await examine(asked ? { hostname, port, send } : undefined)))
}

const taker: Taker<keyof DoctorOptions> = {
  action: "examine this machine",
  example: 'doctor({ hostname: "192.0.2.1", port: 9000 })',
  names: { hostname: true, port: true, send: true },
}
