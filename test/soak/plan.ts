/**
 * The plan of one connection of a soak: how its peer behaves, how we send, and how it must end.
 *
 * @module
 */
import { Random } from "../../src/testing/world/random.ts"

/**
 * - `fast`: reads all that comes
 * - `slow`: reads a little, pauses, reads a little
 * - `stall`: pauses for seconds in the middle, and goes on
 * - `halfClose`: sends something and its FIN first, and goes on reading
 * - `reset`: sends a RST in the middle
 * - `silent`: reads nothing from the middle on, and says nothing
 * - `vanish`: its address disappears in the middle: nothing that is sent to it is ever answered
 */
type Behaviour = "fast" | "slow" | "stall" | "halfClose" | "reset" | "silent" | "vanish"

/**
 * - `pipe`: `pipeTo`
 * - `write`: a writer, chunks of any size, every mode of ownership
 * - `small`: chunks that are gathered
 * - `lease`: `send(lease)`
 * - `file`: a head that is written, and `pipeTo` of a `fileStream` right behind it
 * - `sendFile`: `sendFile` of ranges between chunks, in the order of the calls
 * - `relay`: `pipeTo` of the `readable` of a second connection, over which the peer sends it to us
 * - `abort`: a writer, and in the middle `abort()`, of the socket, the stream or a signal
 * - `abandon`: a writer, and then the socket is dropped
 */
type Way =
  | ("pipe" | "write" | "small" | "lease")
  | ("file" | "sendFile" | "relay")
  | ("abort" | "abandon")

/** One connection. */
export interface Plan {
  readonly id: number
  /** Who connects: we, or the peer, so that we accept. */
  readonly side: "connect" | "accept"
  readonly behaviour: Behaviour
  readonly way: Way
  readonly totalBytes: number
  /** The position in the stream at which the peer, or we with `abort`, act. */
  readonly turnAt: number
  readonly pauseMillis: number
  /** What the peer sends, with `halfClose`. */
  readonly upBytes: number
  /** Decides everything else. */
  readonly seed: number
  /** Of the peer. */
  readonly address: string
}

/** How it must end for the sender. */
export const expected = ({ behaviour, way }: Plan): "ok" | "failed" | "abandoned" => {
  if (way === "abort" || fatal.includes(behaviour)) return "failed"
  return way === "abandon" ? "abandoned" : "ok"
}

/**
 * Draws a plan that depends only on the random numbers: the same seed has the same plans, whatever
 * happens in the meantime. A peer that vanishes needs its own address (`withAddress`).
 */
export function draw(random: Random, id: number, address: string): Plan {
  const mayVanish = random.chance(0.3)
  const way = pick<Way>(random, usualWays, {
    abort: 0.1,
    abandon: 0.05,
  })
  const behaviour = way === "abandon"
    ? pick<Behaviour>(random, ["fast", "slow", "halfClose"])
    : pick<Behaviour>(random, ["fast", "fast", "slow", "stall", "halfClose"], {
      reset: 0.1,
      silent: 0.06,
      vanish: mayVanish ? 0.08 : 0,
    })
  const side = behaviour === "vanish" || random.chance(0.6) ? "connect" : "accept"
  const turnAt = headBytes + random.upTo(way === "small" ? 100_000 : 1_500_000)
  return {
    ...{ id, side, behaviour, way, turnAt, totalBytes: total(random, way, behaviour, turnAt) },
    // Half as long, at most, as a sender waits for a peer that takes nothing: on a busy machine it lasts longer.
    pauseMillis: 500 + random.upTo(1500),
    upBytes: behaviour === "halfClose" ? random.upTo(300_000) : 0,
    seed: random.upTo(0x7fff_ffff),
    address,
  }
}

/** A plan whose peer may vanish with an address; where there is none, it is silent instead. */
export const withAddress = (plan: Plan, spare: string | undefined): Plan =>
  spare === undefined ? { ...plan, behaviour: "silent" } : { ...plan, address: spare }

function total(random: Random, way: Way, behaviour: Behaviour, turnAt: number): number {
  // More than a peer's buffer holds, and what its runtime reads ahead on a busy machine, so that it has not
  // got all of it when it turns away. With no more than the sender's buffer holds too, the kernel accepts
  // all of it, and it is close that has to say so.
  if (way === "abort" || fatal.includes(behaviour)) {
    return turnAt + 3 * receiveBuffer + random.upTo(random.chance(0.5) ? 1_000_000 : 18_000_000)
  }
  if (way === "small") return turnAt + random.upTo(400_000)
  if (behaviour === "slow") return turnAt + random.upTo(1_500_000)
  return turnAt + random.upTo(12_000_000)
}

/** One of `usual`, or with its probability one of `rare`. */
function pick<T extends string>(
  random: Random,
  usual: readonly T[],
  rare: Partial<Record<T, number>> = {},
): T {
  for (const name of Object.keys(rare) as T[]) if (random.chance(rare[name] ?? 0)) return name
  return usual[random.upTo(usual.length) - 1]
}

/** Some twice, which makes them twice as likely. */
const usualWays: readonly Way[] = [
  ...["pipe", "pipe", "write", "write", "small", "lease", "lease"] as const,
  ...["file", "file", "sendFile", "relay", "relay"] as const,
]
/** After these a stream cannot arrive. */
const fatal: readonly Behaviour[] = ["reset", "silent", "vanish"]

/** The most bytes that a stream has. */
export const mostBytes = 24_000_000
/** A peer's connection that a relay takes its bytes from begins with this and its id. */
export const sourceOf = (id: number): number => id + 0x8000_0000

/** The id, in front of what is sent. */
export const headBytes = 4
/** Bytes to which the receive buffer of a peer may grow (the last number of net.ipv4.tcp_rmem). */
export const receiveBuffer = 1024 * 1024
