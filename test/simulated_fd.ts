import type { Peer, Simulation } from "../src/testing.ts"

/** A file descriptor of the simulated kernel that is connected to `peer`. */
export function connectedFd(simulation: Simulation, { hostname, port }: Peer): number {
  const { kernel } = simulation
  const fd = kernel.socket(4)
  kernel.connect(fd, { family: 4, address: hostname, port, scope: 0 })
  simulation.advance(1000)
  return fd
}
