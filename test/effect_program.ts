/**
 * How tests of `zerowire/effect` run their programs.
 *
 * @module
 */
import * as Cause from "effect/Cause"
import { Clock } from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { CurrentStack } from "../src/effect/stack.ts"
import type { Simulation } from "../src/testing.ts"
import { joined } from "./plain_peer.ts"
import { pattern } from "./plain_peer.ts"

/** Runs a program to its end, in a scope and with metrics of its own. */
export const run = <A, E>(program: Effect.Effect<A, E, Scope.Scope>): Promise<A> =>
  Effect.runPromise(
    Effect.provideService(Effect.scoped(program), Metric.MetricRegistry, new Map()),
  )

/** `run` on a simulation's kernel, network and clock. */
export const simulated = <A, E>(
  simulation: Simulation,
  program: Effect.Effect<A, E, Scope.Scope>,
): Promise<A> =>
  simulation.run(() =>
    run(program.pipe(
      Effect.provideService(CurrentStack, () => simulation.stack),
      Effect.provideService(Clock, simulation.clock),
    ))
  )

/** Log messages go to `lines`, each with its level in front. */
export const logTo = (lines: string[]) =>
  Effect.provide(Logger.layer([
    Logger.make(({ logLevel, message, cause }) => {
      lines.push(`${logLevel} ${[message].flat().join(" ")} ${Cause.pretty(cause)}`)
    }),
  ]))

/** All the bytes of a stream. */
export const collect = <E>(
  bytes: Stream.Stream<Uint8Array, E>,
): Effect.Effect<Uint8Array<ArrayBuffer>, E> => Effect.map(Stream.runCollect(bytes), joined)

/** `bytes` in chunks of `size`, each in memory of its own. */
export const inChunks = (bytes: Uint8Array, size: number): Stream.Stream<Uint8Array<ArrayBuffer>> =>
  Stream.fromIterable(
    Array.from({ length: Math.ceil(bytes.byteLength / size) }, (_, i) => i * size),
  ).pipe(Stream.map((from) => new Uint8Array(bytes.slice(from, from + size))))

/** More than the buffers of both ends hold, so that a peer that does not read stops the writer. */
export const much: Uint8Array<ArrayBuffer> = pattern(16_000_000)
