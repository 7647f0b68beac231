import { Clock } from "effect/Clock"
import * as Context from "effect/Context"
import { checkOptions, type Taker } from "../argument/mod.ts"
import type { Kernel } from "../kernel/port.ts"
import { Stack } from "../stack/mod.ts"
import {
  connectDirectlyOn,
  type ConnectionHandler,
  connectOn,
  type ConnectOptions,
  type DirectConnectOptions,
  type DirectListener,
  type DirectListenOptions,
  type DirectSocket,
  hasHandlers,
  listenDirectlyOn,
  type Listener,
  listenOn,
  type ServeOptions,
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

/** Options for a new peer. */
export interface PeerOptions {
  /** An address. Default: a new one from a network that is reserved for documentation. */
  readonly hostname?: string
  /** Default: a free one. */
  readonly port?: number
  /** The link to the peer, as far as it differs from the present `Simulation.link`. */
  readonly link?: Partial<Link>
  /** Whether it receives what arrives. Default true. */
  readonly receiving?: boolean
}

/** What a simulated kernel has done so far, and what it holds at the moment. */
export interface SimulationStats extends Counters {
  /** Open file descriptors. */
  readonly openFiles: number
  /** Pages that are charged to RLIMIT_MEMLOCK. */
  readonly lockedPages: number
  /** Ids in flight of all open sockets. */
  readonly outstandingIds: number
  /** The option memory that these ids take up, in bytes (`net.core.optmem_max`). */
  readonly optmemBytes: number
}

/** A kernel, a network and a clock, in memory. Created by `simulate`. */
export class Simulation {
  /**
   * The kernel port of this simulation.
   *
   * @internal
   */
  readonly kernel: Kernel
  /** Virtual time as an Effect `Clock`, for Effects that are not run by a socket of this simulation. */
  readonly clock: Clock
  /** The network between this host and all others. */
  readonly link: Link
  /** The link to addresses of this host, where the kernel always copies. */
  readonly loopback: Link
  /** The kernel's limits. May be changed at any time. */
  readonly limits: Limits
  /** What goes wrong. May be changed at any time. */
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

  /** Memory that was changed while the kernel could still read it, in the order of discovery. */
  get violations(): readonly Violation[] {
    return this.#world.violations
  }

  /** Adds a host to the network. It accepts connections, receives, and keeps the bytes. */
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
      throw new SimulationError(`Cannot create a peer: ${hostname}:${options.port} is taken`)
    }
    listener.backlog = { limit: 511, queue: [] }
    return new Peer(listener, options.receiving ?? true)
  }

  /** `connect` of `zerowire` with handlers, on this kernel. */
  connect<Data = undefined>(options: DirectConnectOptions<Data>): Promise<DirectSocket<Data>>
  /** `connect` of `zerowire`, on this kernel. */
  connect(options: ConnectOptions): Promise<Socket>
  connect<Data>(options: ConnectOptions | DirectConnectOptions<Data>): Promise<Socket> {
    const stackOf = () => this.#stack
    return hasHandlers(options) ? connectDirectlyOn(stackOf, options) : connectOn(stackOf, options)
  }

  /** `listen` of `zerowire` with handlers, on this kernel. */
  listen<Data = undefined>(options: DirectListenOptions<Data>): Promise<DirectListener<Data>>
  /** `listen` of `zerowire`, on this kernel. */
  listen(options: ServeOptions, handler?: ConnectionHandler): Promise<Listener>
  listen<Data>(
    options: ServeOptions | DirectListenOptions<Data>,
    handler?: ConnectionHandler,
  ): Promise<Listener | DirectListener<Data>> {
    const stackOf = () => this.#stack
    return handler === undefined && hasHandlers(options)
      ? listenDirectlyOn(stackOf, options)
      : listenOn(stackOf, options, handler)
  }

  /**
   * Runs `body`, lets virtual time pass until it has settled, and returns its result. It may only wait
   * for things in the simulation: no file, no timer, no real socket.
   *
   * @throws {SimulationError} if it waits and nothing will ever happen, or nothing within `patience`
   * milliseconds of virtual time (default: a day).
   */
  run<T>(body: () => T | Promise<T>, patience: number = day): Promise<T> {
    return this.#executor.run(body, patience)
  }

  /**
   * Runs all events until none is left.
   *
   * @throws {SimulationError} if that takes more than `patience` milliseconds of virtual time.
   */
  settle(patience: number = day): Promise<void> {
    return this.#executor.settle(patience)
  }

  /** Resolves after `millis` milliseconds of virtual time. A pause for programs inside `run`. */
  sleep(millis: number): Promise<void> {
    return new Promise((resolve) => this.#world.timeline.after(millis, resolve, "deadline"))
  }

  /**
   * Lets `millis` milliseconds pass at once, for programs that use `kernel` directly. No promise
   * continues in between.
   *
   * @internal
   */
  advance(millis: number): void {
    this.#executor.advance(millis)
  }

  /** What happened so far, and what is held at the moment. */
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
   * @throws {SimulationError} if some was, with the first place.
   */
  checkMemory(): void {
    const [first] = this.violations
    if (first === undefined) return
    throw new SimulationError(
      `Memory was changed in flight ${this.violations.length} times, first at byte ` +
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
