/**
 * Does what `zerowire.ts` does, with the `Sink` of `zerowire/effect`. Arguments: those of `measure`.
 *
 * @module
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { close, connect, sink } from "../../src/effect.ts"
import { measure } from "./measure.mjs"
import { sharesOf } from "./shares.ts"
import { chunksOf } from "./source.mjs"

await measure(({ hostname, port, chunkBytes, totalBytes, source, ring }) => {
  const ownership = source === "views" ? "borrow" : "auto"
  // One at a time, as the ReadableStream of the other rivals delivers them.
  const chunks = Stream.fromIterable(chunksOf(ring, source, chunkBytes, totalBytes), {
    chunkSize: 1,
  })
  const program = Effect.gen(function* () {
    const socket = yield* connect({ hostname, port, ownership })
    yield* Stream.run(chunks, sink(socket))
    yield* close(socket)
    return sharesOf([socket])
  })
  return Effect.runPromise(Effect.scoped(program))
})
