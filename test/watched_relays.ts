import type { Courier, Kernel, Relayed } from "../src/kernel/port.ts"
import { joined } from "./plain_peer.ts"

/** What couriers' calls have moved; undefined while one is under way. */
export type Relays = (Relayed | undefined)[]

/**
 * Watches the relays of every courier that this kernel makes from now on.
 *
 * @param before runs before a courier gets a relay; between the two, nothing else of this thread runs
 */
export function watchRelays(kernel: Kernel, before: () => void = () => {}): Relays {
  const calls: Relays = []
  const { courier } = kernel
  kernel.courier = () => watched(courier.call(kernel), calls, before)
  return calls
}

function watched(courier: Courier, calls: Relays, before: () => void): Courier {
  const relay = courier.relay.bind(courier)
  courier.relay = (call, done) => {
    const index = calls.push(undefined) - 1
    before()
    relay(call, (relayed) => done(calls[index] = relayed))
  }
  return courier
}

export const movedBy = (calls: Readonly<Relays>): number =>
  calls.reduce((sum, call) => sum + (call?.accepted ?? 0), 0)

export async function everything(readable: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const part of readable) parts.push(part)
  return joined(parts)
}
