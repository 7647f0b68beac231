import assert from "node:assert/strict"
import type { CloseReport } from "../../src/tcp/connection/teardown.ts"
import type { Socket } from "../../src/tcp/socket.ts"
import { type Peer, simulate, type Simulation } from "../../src/testing.ts"
import { PieceWatch } from "./piece_watch.ts"
import type { Plan, Run, Step, World } from "./plan.ts"
import { comesBack, Producer } from "./producer.ts"

/** The result of one socket. */
interface Outcome {
  readonly plan: Plan
  readonly peer: Peer
  readonly producer: Producer
  readonly socket: Socket
  /** Bytes of writes that succeeded. */
  readonly writtenBytes: number
  /** The report of `close` or `abort`; nothing if it failed. */
  readonly report: CloseReport | undefined
  readonly closeError: unknown
}

/** The result of a run. */
export interface Result {
  readonly simulation: Simulation
  readonly pieces: PieceWatch
  readonly outcomes: readonly Outcome[]
  /** Whether nothing but delays disturbed the run. */
  readonly calm: boolean
}

/** Runs all plans at the same time, then repairs the network and waits until nothing moves. */
export async function play({ world, plans }: Run): Promise<Result> {
  const simulation = simulate({ seed: world.seed, limits: world.limits })
  const calm = isCalm(world, plans)
  const pieces = new PieceWatch(simulation.stack)
  const outcomes = await simulation.run(async () => {
    const actors = await Promise.all(plans.map((plan, i) => Actor.enter(simulation, plan, i, calm)))
    Object.assign(simulation.link, world.link)
    Object.assign(simulation.faults, world.faults)
    return await Promise.all(actors.map((actor) => actor.act()))
  })
  Object.assign(simulation.link, { blackhole: false, loss: 0 })
  for (const { peer } of outcomes) peer.connection.resume()
  await simulation.settle()
  return { simulation, pieces, outcomes, calm }
}

function isCalm({ link, faults }: World, plans: readonly Plan[]): boolean {
  const disturbs = (step: Step) => {
    switch (step.do) {
      case "stall":
      case "peerResets":
      case "peerSends":
        return true
      case "link":
        return step.change.blackhole === true || (step.change.loss ?? 0) > littleLoss
      default:
        return false
    }
  }
  return (link.loss ?? 0) <= littleLoss && (faults.lostRecord ?? 0) === 0 &&
    !plans.some(({ steps }) => steps.some(disturbs))
}

/** So little that there is always progress within half a minute. */
const littleLoss = 0.05

class Actor {
  readonly #simulation: Simulation
  readonly #plan: Plan
  readonly #peer: Peer
  readonly #socket: Socket
  readonly #producer: Producer
  readonly #calm: boolean
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  /** Promises that must settle, one way or the other. */
  readonly #waits: Promise<void>[] = []
  /** Returns memory to the producer that was lent for the time of the connection. */
  readonly #reuses: (() => void)[] = []
  #writtenBytes = 0

  static async enter(
    simulation: Simulation,
    plan: Plan,
    index: number,
    calm: boolean,
  ): Promise<Actor> {
    const peer = simulation.peer()
    const { hostname, port } = peer
    const socket = await simulation.connect({ hostname, port, ...plan.options })
    return new Actor(simulation, plan, peer, socket, new Producer(index * 101), calm)
  }

  constructor(
    simulation: Simulation,
    plan: Plan,
    peer: Peer,
    socket: Socket,
    producer: Producer,
    calm: boolean,
  ) {
    this.#simulation = simulation
    this.#plan = plan
    this.#peer = peer
    this.#socket = socket
    this.#producer = producer
    this.#calm = calm
    this.#writer = socket.writable.getWriter()
    // Each write reports its own outcome, so the stream's failure needs no report.
    this.#writer.closed.catch(() => {})
    this.#writer.ready.catch(() => {})
  }

  async act(): Promise<Outcome> {
    if (this.#plan.reads) this.#waits.push(this.#read())
    for (const step of this.#plan.steps) await this.#take(step)
    let report: CloseReport | undefined
    let closeError: unknown
    try {
      report = await this.#end()
    } catch (error) {
      closeError = error
    }
    await Promise.all(this.#waits)
    // Quarantined memory must be left alone for ever.
    if (this.#socket.stats().held === 0) { for (const reuse of this.#reuses) reuse() }
    return {
      plan: this.#plan,
      peer: this.#peer,
      producer: this.#producer,
      socket: this.#socket,
      writtenBytes: this.#writtenBytes,
      report,
      closeError,
    }
  }

  async #take(step: Step): Promise<void> {
    const simulation = this.#simulation
    const { connection } = this.#peer
    switch (step.do) {
      case "write":
        return await this.#write(step)
      case "pause":
        return await simulation.sleep(step.millis)
      case "stall":
        return connection.stall()
      case "resume":
        return connection.resume()
      case "peerResets":
        return connection.reset()
      case "peerEnds":
        return connection.end()
      case "peerSends":
        return connection.send(new Uint8Array(step.bytes))
      case "link":
      case "limits":
      case "faults":
        Object.assign(simulation[step.do], step.change)
    }
  }

  async #write({ bytes, shape, wait }: Step & { do: "write" }): Promise<void> {
    const { ownership } = this.#plan.options
    // After giving memory away a producer writes nothing more to it.
    const row = shape !== "next" || ownership !== "transfer"
    const chunk = this.#producer.next(bytes, row ? shape : "part")
    const write = this.#writer.write(chunk.bytes).then(
      () => {
        this.#writtenBytes += bytes
      },
      () => {},
    )
    if (comesBack(ownership)) this.#waits.push(write.then(chunk.reuse))
    else this.#reuses.push(chunk.reuse)
    this.#waits.push(write)
    if (wait) await this.#patiently(write)
  }

  async #read(): Promise<void> {
    try {
      for await (const _part of this.#socket.readable);
    } catch {
      // The connection was closed, or is gone.
    }
  }

  /** Waits for a limited time: a peer that takes nothing rightly stops a stream for ever. */
  async #patiently(wait: Promise<void> | undefined): Promise<void> {
    if (this.#calm) await wait
    else await Promise.race([wait, this.#simulation.sleep(patience)])
  }

  async #end(): Promise<CloseReport> {
    const socket = this.#socket
    switch (this.#plan.ending) {
      case "end":
        this.#waits.push(this.#writer.close().catch(() => {}))
        await this.#patiently(this.#waits.at(-1))
        return await socket.close()
      case "close":
        return await socket.close()
      case "abort":
        return await socket.abort()
      case "cancel":
        await this.#writer.abort("cancelled").catch(() => {})
        return await socket.close()
    }
  }
}

const patience = 5000

/** Checks the promises against a result, whatever happened. */
export function checkPromises({ simulation, pieces, outcomes, calm }: Result): void {
  const { stack } = simulation
  const stats = simulation.stats()

  assert.deepEqual(simulation.violations, [], "memory was changed in flight")
  assert.equal(pieces.early, 0, "released while the kernel could read it")
  assert.equal(pieces.twice, 0, "released twice")
  assert.equal(pieces.released + pieces.quarantined, pieces.taken, "never released")
  if (stats.lostRecords === 0) assert.equal(pieces.quarantined, 0, "quarantined without a reason")

  for (const outcome of outcomes) checkOutcome(outcome, calm, stats.lostRecords > 0)

  assert.equal(stack.slab.leased, 0, "slots are missing")
  assert.equal(stack.couriers.busy, 0, "couriers are missing")
  assert.equal(stack.reactor.size, 0, "descriptors are still registered")
  assert.equal(stats.openFiles, 0, "descriptors are still open")
  assert.equal(stats.lockedPages, 0, "pages are still charged")
  assert.equal(stats.untoldIds, 0, "a descriptor was closed with ids in flight")
}

function checkOutcome(
  { plan, peer, producer, socket, writtenBytes, report, closeError }: Outcome,
  calm: boolean,
  mayQuarantine: boolean,
): void {
  const { connection } = peer
  const stats = socket.stats()
  assert.equal(producer.firstWrong(connection.received), -1, "bytes are wrong")
  assert.ok(connection.receivedBytes <= stats.acceptedBytes, "more arrived than was accepted")

  if (calm && plan.options.closeTimeout === 30_000) {
    assert.equal(closeError, undefined, "nothing happened, and it failed")
    if (plan.ending === "end") assert.equal(writtenBytes, producer.made)
    if (plan.ending !== "abort" && plan.ending !== "cancel") assert.equal(report?.byProof, 0)
  }

  const disturbed = plan.steps.some((step) => step.do === "peerResets" || step.do === "peerSends")
  if (report !== undefined && report.byProof + report.quarantined === 0 && !disturbed) {
    if (plan.ending === "end" || plan.ending === "close") {
      assert.ok(
        connection.receivedBytes >= writtenBytes,
        "success was reported, and bytes are lost",
      )
    }
  }

  if (mayQuarantine) return
  assert.equal(stats.held, 0)
  assert.equal(stats.inFlightBytes + stats.zerocopy.inFlightIds, 0)
  assert.equal(stats.zerocopy.unknownIds, 0)
  const { zerocopyBytes, kernelCopiedBytes, unverifiedBytes, copiedBytes } = stats
  assert.equal(
    zerocopyBytes + kernelCopiedBytes + unverifiedBytes + copiedBytes,
    stats.acceptedBytes,
    "bytes are counted twice, or not at all",
  )
}
