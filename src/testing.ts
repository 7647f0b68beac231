/**
 * A simulated kernel: the same sockets, on a network that exists in memory and in virtual time.
 *
 * It needs no permission and no privilege, sends nothing over a real network, and never waits: 30 seconds
 * of `closeTimeout` pass at once. A seed decides everything that is random. It produces what a test can
 * hardly get from a real network: loss, resets, peers that stall, ENOBUFS, notifications that come late,
 * merged, copied or never. Bytes that are sent without a copy are read when they are delivered, and read
 * again after a loss, until they are acknowledged. Memory that is reused too early therefore arrives
 * altered, as it would over a real network.
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

/** Makes a kernel and a network. Virtual time starts at 0. */
export const simulate = (options: SimulationOptions = {}): Simulation => new Simulation(options)
