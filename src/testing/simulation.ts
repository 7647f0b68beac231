import { Clock } from "effect/Clock"
import * as Context from "effect/Context"
import { checkOptions, type Taker } from "../argument/mod.ts"
import type { Kernel } from "../kernel/port.ts"
import { Stack } from "../stack/mod.ts"
import {
  connectOn,
  type ConnectOptions,
  type Listener,
  listenOn,
  type ListenOptions,
  type Socket,
} from "../tcp/mod.ts"
import { LockedMemory } from "./kernel/account.ts"
import { Executor, SimulationError } from "./kernel/executor.ts"
import { SimulatedKernel } from "./kernel/kernel.ts"
import { Network } from "./tcp/network.ts"
import { Peer } from "./tcp/peer.ts"
import { TcpSocket } from "./tcp/tcp_socket.ts"
import { clockOf } from "./world/clock.ts"
import {
  checkSeed,
  type Faults,
  type Limits,
  type Link,
  makeFaults,
  makeLimits,
  makeLink,
  simulateTaker,
  type SimulationOptions,
} from "./world/options.ts"
import { Random } from "./world/random.ts"
import { Timeline } from "./world/timeline.ts"
import { type Counters, makeCounters, type Violation, type World } from "./world/world.ts"

/** What a peer is told when it is made. */
export interface PeerOptions {
  /** An address. Default: one of a network that is kept for documentation, a new one each time. */
  readonly hostname?: string
  /** Default: one that is free. */
  readonly port?: number
  /** The link that leads to it, where it differs from `Simulation.link` as that is now. */
  readonly link?: Partial<Link>
  /** Whether it receives what comes. Default true. */
  readonly receiving?: boolean
}

/** What a simulated kernel has done, and what it holds at the moment. */
export interface SimulationStats extends Counters {
  /** File descriptors that are open. */
  readonly openFiles: number
  /** Pages that are charged to RLIMIT_MEMLOCK. */
  readonly lockedPages: number
  /** Ids in flight of the sockets that are open. */
  readonly outstandingIds: number
  /** The option memory that they take up (`net.core.optmem_max`). */
  readonly optmemBytes: number
}

/** A kernel, a network and a clock of its own, in memory. Made by `simulate`. */
export class Simulation {
  /**
   * The port that everything of Zerowire stands on.
   *
   * @internal
   */
  readonly kernel: Kernel
  /** Virtual time as Effect has it, for Effects that are not run by a socket of this simulation. */
  readonly clock: Clock
  /** The network between this host and all others. */
  readonly link: Link
  /** The way to an address of this host, where the kernel always copies. */
  readonly loopback: Link
  /** What the kernel grants; may be changed at any time. */
  readonly limits: Limits
  /** What goes wrong; may be changed at any time. */
  readonly faults: Faults
  readonly #world: World
  readonly #network: Network
  readonly #simulated: SimulatedKernel
  readonly #executor: Executor
  readonly #stack: Stack
  #peers = 0

  /** @internal */
  constructor(options: SimulationOptions) {
    checkOptions(simulateTaker, options)
    this.link = makeLink(options.link)
    this.loopback = makeLink({ latency: 0, packetBytes: 64 * 1024, copied: true })
    this.limits = makeLimits(options.limits)
    this.faults = makeFaults(options.faults)
    const timeline = new Timeline()
    this.#world = {
      timeline,
      random: new Random(checkSeed(options.seed)),
      limits: this.limits,
      faults: this.faults,
      locked: new LockedMemory(this.limits),
      counters: makeCounters(),
      violations: [],
    }
    this.#network = new Network(this.#world, this.link, this.loopback)
    this.kernel = this.#simulated = new SimulatedKernel(this.#world, this.#network)
    this.clock = clockOf(timeline)
    this.#executor = new Executor(timeline, this.#simulated.files)
    this.#stack = new Stack(this.kernel, () => {}, Context.make(Clock, this.clock))
  }

  /** Virtual milliseconds since the start. */
  get now(): number {
    return this.#world.timeline.now
  }

  /** What the sockets of this simulation share.
   *
   * @internal
   */
  get stack(): Stack {
    return this.#stack
  }

  /** Memory that was changed while the kernel could still read it, in the order of the finding. */
  get violations(): readonly Violation[] {
    return this.#world.violations
  }

  /** Adds a host to the network that accepts, receives and keeps what it gets. */
  peer(options: PeerOptions = {}): Peer {
    checkOptions(peerTaker, options)
    const hostname = options.hostname ?? `198.51.100.${++this.#peers}`
    const family = hostname.includes(":") ? 6 : 4
    if (options.link !== undefined) {
      this.#network.route(hostname, makeLink(options.link, this.link))
    }
    const listener = new TcpSocket(this.#world, family)
    const address = { family, address: hostname, port: options.port ?? 0, scope: 0 } as const
    if (this.#network.bind(listener, address) < 0) {
      throw new SimulationError(`Cannot make a peer: ${hostname}:${options.port} is taken`)
    }
    listener.backlog = { limit: 511, queue: [] }
    return new Peer(listener, options.receiving ?? true)
  }

  /** `connect` of `zerowire`, on this kernel. */
  connect(options: ConnectOptions): Promise<Socket> {
    return connectOn(() => this.#stack, options)
  }

  /** `listen` of `zerowire`, on this kernel. */
  listen(options: ListenOptions): Promise<Listener> {
    return listenOn(() => this.#stack, options)
  }

  /**
   * Runs `body` and lets virtual time pass until it has settled; answers what it answers. It may wait
   * for what the simulation brings alone: no file, no timer, no real socket.
   *
   * @throws {SimulationError} when it waits and nothing will ever happen, or not within `patience`
   * milliseconds of virtual time, a day unless said otherwise.
   */
  run<T>(body: () => T | Promise<T>, patience: number = day): Promise<T> {
    return this.#executor.run(body, patience)
  }

  /**
   * Lets everything happen that is going to happen.
   *
   * @throws {SimulationError} when that takes more than `patience` milliseconds of virtual time.
   */
  settle(patience: number = day): Promise<void> {
    return this.#executor.settle(patience)
  }

  /** Resolves after `millis` milliseconds of virtual time: a pause for the program of a `run`. */
  sleep(millis: number): Promise<void> {
    return new Promise((resolve) => this.#world.timeline.after(millis, resolve, "deadline"))
  }

  /**
   * Lets `millis` milliseconds pass at once, for programs that use `kernel` directly. No promise
   * continues meanwhile.
   *
   * @internal
   */
  advance(millis: number): void {
    this.#executor.advance(millis)
  }

  /** What happened so far, and what is held now. */
  stats(): SimulationStats {
    const { counters, locked } = this.#world
    const notifiers = [...this.#simulated.files.all()].map(({ notifier }) => notifier)
    return {
      ...counters,
      openFiles: this.#simulated.files.size,
      lockedPages: locked.pages,
      outstandingIds: notifiers.reduce((sum, { outstanding }) => sum + outstanding, 0),
      optmemBytes: notifiers.reduce((sum, { optmem }) => sum + optmem, 0),
    }
  }

  /**
   * Checks that no memory was changed while the kernel could still read it.
   *
   * @throws {SimulationError} when some was, with the first place.
   */
  checkMemory(): void {
    const [first] = this.violations
    if (first === undefined) return
    throw new SimulationError(
      `Memory was changed in flight, ${this.violations.length} times: first at byte ` +
        `${first.offset} of a stream, in the call with id ${first.id}, found at ${first.time} ms`,
    )
  }
}

const peerTaker: Taker<keyof PeerOptions> = {
  action: "make a peer",
  example: 'peer({ hostname: "198.51.100.1", port: 80 })',
  names: { hostname: true, port: true, link: true, receiving: true },
}

const day = 24 * 3600 * 1000
