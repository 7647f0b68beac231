/**
 * A simulated kernel: the same sockets, on a network that exists in memory and in virtual time.
 *
 * It needs no permission and no privilege, sends nothing anywhere, and never waits: half a minute of
 * `closeTimeout` passes in no time. Everything that chance decides is decided by a seed. And it does
 * what is hard to get from a real network when a test wants it: loss, resets, peers that stall,
 * ENOBUFS, notifications late, merged, copied or lost. What was sent without a copy is read when it
 * is delivered, and again when it was lost, until it is acknowledged, so that memory which is used
 * again too early arrives altered, as it would on a real one.
 *
 * ```ts
 * import { simulate } from "zerowire/testing"
 *
 * const simulation = simulate({ seed: 7, link: { latency: 20, loss: 0.01 } })
 * const peer = simulation.peer()
 * await simulation.run(async () => {
 *   const socket = await simulation.connect(peer)
 *   const writer = socket.writable.getWriter()
 *   await writer.write(new Uint8Array(100_000))
 *   await writer.close()
 *   await socket.close()
 * })
 * console.log(peer.connection.receivedBytes, simulation.stats().zerocopySends)
 * simulation.checkMemory()
 * ```
 *
 * @module zerowire/testing
 */
import { Simulation } from "./testing/simulation.ts"
import type { SimulationOptions } from "./testing/world/options.ts"

export { SimulationError } from "./testing/kernel/executor.ts"
export type { PeerOptions, Simulation, SimulationStats } from "./testing/simulation.ts"
export type { Peer } from "./testing/tcp/peer.ts"
export type { PeerConnection } from "./testing/tcp/peer_connection.ts"
export type { Faults, Limits, Link, SimulationOptions } from "./testing/world/options.ts"
export type { Counters, Violation } from "./testing/world/world.ts"

/** Makes a kernel and a network, with time at 0. */
export const simulate = (options: SimulationOptions = {}): Simulation => new Simulation(options)
