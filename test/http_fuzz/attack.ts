import { Buffer } from "node:buffer"
import { connect } from "node:net"
import { setImmediate } from "node:timers/promises"
import type { AttackedServer, Call } from "./attacked_server.ts"
import type { Plan } from "./plan.ts"

/** What came of a plan. */
export interface Attack {
  readonly plan: Plan
  /** Everything that the server has sent. */
  readonly received: Uint8Array
  /** How the connection has ended; `left` if the client has reset it. */
  readonly end: "fin" | "reset" | "left" | "hangs"
  readonly calls: readonly Call[]
}

/** Carries a plan out on a connection of its own. */
export async function attack(server: AttackedServer, plan: Plan): Promise<Attack> {
  const peer = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true })
  const received: Uint8Array[] = []
  let end: Attack["end"] | undefined
  const ended = new Promise<void>((resolve) => {
    const is = (how: Attack["end"]) => {
      end ??= how
      resolve()
    }
    peer.on("data", (part: Uint8Array) => received.push(part))
    peer.on("end", () => is("fin"))
    peer.on("error", () => is("reset"))
    peer.on("close", () => is("reset"))
  })
  await Promise.race([new Promise((resolve) => peer.on("connect", resolve)), ended])
  const port = peer.localPort ?? 0
  const calls = server.watch(port)
  const late = setTimeout(() => {
    end ??= "hangs"
    peer.destroy()
  }, patienceMillis)
  for (let at = 0, i = 0; at < plan.bytes.length && end === undefined; i++) {
    // Small parts to the end would take as long as a slow client may.
    const length = i < mostParts ? plan.parts[i % plan.parts.length] : Infinity
    const part = plan.bytes.slice(at, at + length)
    at += part.length
    peer.write(Buffer.from(part, "latin1"))
    if (at < plan.bytes.length) await setImmediate()
  }
  if (plan.ending === "reset") {
    end ??= "left"
    peer.resetAndDestroy()
  } else if (plan.ending === "fin") peer.end()
  await ended
  clearTimeout(late)
  peer.destroy()
  server.forget(port)
  return { plan, received: Buffer.concat(received), end: end ?? "reset", calls }
}

const mostParts = 12
/** Much longer than all timeouts of the server. */
const patienceMillis = 300_000
