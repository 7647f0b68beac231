import type { Capture, Facts, Route } from "../facts.ts"
import type { Finding } from "../finding.ts"
import { inBytes } from "./units.ts"

/** Captures matter on the device that leads to the target; without a target, on any device. */
export function onCapture({ captures, target }: Facts): Finding {
  const subject = "capture"
  if (captures === undefined) {
    const message = "Whether somebody captures packets could not be seen (/proc/net/packet)"
    return { subject, level: "unknown", message }
  }
  const route = typeof target?.route === "object" ? target.route : undefined
  const here = capturesOn(route, captures)
  if (here.length === 0) {
    const where = route === undefined ? "" : ` on ${route.device}`
    return { subject, level: "good", message: `Nobody captures packets${where}` }
  }
  return {
    subject,
    level: "problem",
    message: `${namesOf(here)} captures packets${route ? ` on ${route.device}` : ""}, so the ` +
      "kernel copies every packet that is sent",
    ...cureFor(here),
    details: { captures: here.length },
  }
}

/** The captures that see what takes this way. */
export const capturesOn = (
  route: Route | undefined,
  captures: readonly Capture[],
): readonly Capture[] =>
  captures.filter(({ device }) => route === undefined || device === 0 || device === route.index)

function namesOf(captures: readonly Capture[]): string {
  const names = new Set(
    captures.flatMap(({ process }) =>
      process === undefined ? [] : [`${process.name} (process ${process.pid})`]
    ),
  )
  return names.size === 0 ? "Some program" : [...names].join(", ")
}

function cureFor(captures: readonly Capture[]): { readonly cure: string } {
  const pids = new Set(captures.flatMap(({ process }) => process === undefined ? [] : process.pid))
  // Without root the programs are hidden; this shows them.
  return { cure: pids.size === 0 ? "sudo ss -0 -p" : `kill ${[...pids].join(" ")}` }
}

export function onTcp({ tcp }: Facts): Finding {
  const subject = "tcp"
  if (tcp === undefined) {
    const message = "Congestion control and the sizes of buffers could not be read"
    return { subject, level: "unknown", message }
  }
  const { congestionControl, sendBytes, receiveBytes } = tcp
  const message = `Congestion control is ${congestionControl}. A send buffer grows to ` +
    `${inBytes(sendBytes)}, which is the most that may be on the way to a peer`
  const details = { congestionControl, sendBytes, receiveBytes }
  if (sendBytes >= leastSendBytes) return { subject, level: "good", message, details }
  return {
    subject,
    level: "limit",
    message: `${message}: long or fast paths are slowed down`,
    cure: `sudo sysctl -w net.ipv4.tcp_wmem="4096 16384 ${usualSendBytes}"`,
    details,
  }
}

/** 1 Gbit/s over 8 ms. */
const leastSendBytes = 1024 * 1024
/** The kernel's default on machines with enough memory (`tcp_init` in net/ipv4/tcp.c). */
const usualSendBytes = 4 * 1024 * 1024
