import fc from "fast-check"
import type { Faults, Limits, Link } from "../../src/testing.ts"
import type { SocketOptions } from "../../src/tcp/options.ts"

/** What one socket does, from connecting to its end. */
export interface Plan {
  readonly options: SocketOptions
  /** Whether it receives all the time. */
  readonly reads: boolean
  readonly steps: readonly Step[]
  readonly ending: Ending
}

/** One event: for the socket, its peer or the network. */
export type Step =
  | { readonly do: "write"; readonly bytes: number; readonly shape: Shape; readonly wait: boolean }
  | { readonly do: "pause"; readonly millis: number }
  | { readonly do: "stall" | "resume" | "peerResets" | "peerEnds" }
  | { readonly do: "peerSends"; readonly bytes: number }
  | { readonly do: "link"; readonly change: Partial<Link> }
  | { readonly do: "limits"; readonly change: Partial<Limits> }
  | { readonly do: "faults"; readonly change: Partial<Faults> }

/**
 * The memory of a chunk: its whole ArrayBuffer, a part of one, adjacent to the previous one of its kind,
 * or memory that threads share.
 */
export type Shape = "whole" | "part" | "next" | "shared"

/** - `end`: the writer closes, then the socket
 * - `close`: the socket closes while writes may be under way
 * - `abort`: the socket aborts
 * - `cancel`: the writer aborts
 */
type Ending = "end" | "close" | "abort" | "cancel"

/** The initial state of the network. */
export interface World {
  readonly seed: number
  readonly link: Partial<Link>
  readonly limits: Partial<Limits>
  readonly faults: Partial<Faults>
}

/** A whole run: the network and its sockets. */
export interface Run {
  readonly world: World
  readonly plans: readonly Plan[]
}

const mebibyte = 1024 * 1024

/** Any number of bytes up to `most`, often near a limit: a page, a slot, a threshold, a buffer. */
export const size = (most: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.integer({ min: 0, max: 100 }),
    fc.constantFrom(4095, 4096, 4097, 16_383, 16_384, 65_535, 65_536, 65_537, 131_072)
      .filter((bytes) => bytes <= most),
    fc.integer({ min: 0, max: most }),
  )

/** Zero half of the time, otherwise any probability, or any time, up to `most`. */
export const sometimes = (most: number): fc.Arbitrary<number> =>
  fc.oneof({ arbitrary: fc.constant(0), weight: 2 }, fc.double({ min: 0, max: most, noNaN: true }))

const link: fc.Arbitrary<Partial<Link>> = fc.record({
  latency: fc.integer({ min: 0, max: 50 }),
  jitter: fc.constantFrom(0, 0, 20),
  packetBytes: fc.constantFrom(1000, 1448, 16_384, 65_536),
  loss: sometimes(0.2),
  copied: fc.boolean(),
})

const limits: fc.Arbitrary<Partial<Limits>> = fc.record({
  memlock: fc.constantFrom(64 * 1024, 512 * 1024, mebibyte, 8 * mebibyte, 64 * mebibyte),
  optmem: fc.constantFrom(850, 4 * 1024, 20 * 1024, 128 * 1024, 128 * 1024),
  sendBuffer: fc.oneof(
    fc.integer({ min: 4608, max: 512 * 1024 }),
    fc.integer({ min: 64 * 1024, max: mebibyte }),
  ),
  receiveBuffer: fc.oneof(
    fc.integer({ min: 2304, max: 256 * 1024 }),
    fc.integer({ min: 64 * 1024, max: mebibyte }),
  ),
  zerocopy: fc.integer({ min: 0, max: 9 }).map((n) => n < 9),
  firstId: fc.oneof(fc.constant(0), fc.integer({ min: 2 ** 32 - 40, max: 2 ** 32 - 1 })),
})

/** Faults that only cost time. */
const harmless: fc.Arbitrary<Partial<Faults>> = fc.record({
  shortSend: sometimes(0.5),
  refuseZerocopy: sometimes(0.3),
  interrupt: sometimes(0.3),
  lateNotification: sometimes(0.7),
  foreignRecord: sometimes(0.5),
  lateWake: sometimes(0.5),
})

/** Faults after which nobody can know what the kernel still reads. */
const lossy: fc.Arbitrary<Partial<Faults>> = fc.tuple(
  harmless,
  fc.double({ min: 0.05, max: 1, noNaN: true }),
).map(([faults, lostRecord]) => ({ ...faults, lostRecord }))

const options: fc.Arbitrary<SocketOptions> = fc.record({
  ownership: fc.constantFrom("auto", "transfer", "borrow", "copy"),
  zerocopy: fc.constantFrom("auto", "auto", "always", "always", "always", "never"),
  threshold: fc.constantFrom(1, 4096, 16_384),
  highWaterMark: fc.constantFrom(0, 65_536, mebibyte),
  closeTimeout: fc.constantFrom(0, 100, 30_000),
})

/** One possible event; the others have a total weight of nine. */
const step = (
  bytes: fc.Arbitrary<number>,
  writes: number,
  faults: fc.Arbitrary<Partial<Faults>>,
): fc.Arbitrary<Step> =>
  fc.oneof(
    {
      weight: writes,
      arbitrary: fc.record({
        do: fc.constant("write" as const),
        bytes,
        shape: fc.constantFrom<Shape[]>("whole", "part", "next", "next", "shared"),
        wait: fc.boolean(),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant("pause" as const),
        millis: fc.oneof(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 3000 })),
      }),
    },
    fc.record({ do: fc.constantFrom("stall", "resume", "resume", "peerEnds") }),
    fc.record({ do: fc.constant("peerSends" as const), bytes: size(100_000) }),
    fc.record({
      do: fc.constant("link" as const),
      change: fc.oneof(
        fc.record({ copied: fc.boolean() }),
        fc.record({ blackhole: fc.boolean() }),
        fc.record({ loss: sometimes(0.2) }),
      ),
    }),
    fc.record({
      do: fc.constant("limits" as const),
      change: fc.oneof(
        fc.record({ memlock: fc.constantFrom(0, 64 * 1024, 8 * mebibyte, 64 * mebibyte) }),
        fc.record({ ipcLock: fc.boolean() }),
        fc.record({ optmem: fc.constantFrom(0, 850, 20 * 1024, 128 * 1024) }),
      ),
    }),
    fc.record({ do: fc.constant("faults" as const), change: faults }),
  )

const reset: fc.Arbitrary<Step> = fc.constant({ do: "peerResets" })

/** The limits of a run. */
export interface Bounds {
  /** Bytes of one write. Default 300 KB. */
  readonly bytes?: number
  /** Steps of one socket. Default 30. */
  readonly steps?: number
  /** Default 3. */
  readonly sockets?: number
  /** Whether sockets are slow and queue a lot, so that couriers send for them. Default false. */
  readonly queues?: boolean
  /** Whether the ids of a notification may be lost. Default false. */
  readonly loses?: boolean
}

/** A stream that accepts everything at once and pins it. */
const queueing = (options: SocketOptions): SocketOptions => ({
  ...options,
  highWaterMark: 64 * mebibyte,
  ownership: options.ownership === "borrow" ? "borrow" : "auto",
  zerocopy: "always",
})

/** Anything that may happen to sending sockets. */
export function anyRun(bounds: Bounds = {}): fc.Arbitrary<Run> {
  const { bytes = 300_000, steps = 30, sockets = 3, queues = false, loses = false } = bounds
  const faults = loses ? lossy : harmless
  const written = queues
    ? fc.oneof(size(bytes), fc.integer({ min: bytes / 4, max: bytes }))
    : size(bytes)
  const plan = fc.record({
    reads: fc.boolean(),
    options: queues ? options.map(queueing) : options,
    steps: fc.array(
      fc.oneof({ weight: 80, arbitrary: step(written, queues ? 60 : 20, faults) }, reset),
      {
        minLength: queues ? steps / 2 : 0,
        maxLength: steps,
        size: "max",
      },
    ),
    ending: fc.constantFrom<Ending[]>("end", "end", "end", "close", "abort", "cancel"),
  })
  return fc.record({
    world: queues ? anyWorld(faults).map(roomy) : anyWorld(faults),
    plans: fc.array(plan, { minLength: 1, maxLength: sockets, size: "max" }),
  })
}

/** A network in which a lot may be pinned, and most couriers' calls finish in time. */
const roomy = (world: World): World => ({
  ...world,
  link: { ...world.link, latency: (world.link.latency ?? 0) / 20, packetBytes: 65_536 },
  limits: {
    memlock: 64 * mebibyte,
    sendBuffer: Math.max(256 * 1024, world.limits.sendBuffer ?? 0),
    receiveBuffer: Math.max(256 * 1024, world.limits.receiveBuffer ?? 0),
  },
})

/** Any network, any limits. */
export const anyWorld = (faults: fc.Arbitrary<Partial<Faults>> = harmless): fc.Arbitrary<World> =>
  fc.record({ seed: fc.nat(), link, limits, faults })
