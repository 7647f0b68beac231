import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as EffectSocket from "effect/socket/Socket"
import { connect } from "./connect.ts"
import { copying } from "./copying.ts"
import { Duplex, openError, writerOver } from "./duplex.ts"
import type { ConnectOptions } from "./options.ts"

/**
 * A client for programs that use Effect's `Socket`: each acquisition of its reader connects anew, and
 * writes wait until there is a connection.
 *
 * Effect's programs may use a chunk again once it was written, so here `ownership` is `"copy"` unless it
 * is given. Say `"auto"` where chunks are written once: then what is large goes without a copy.
 *
 * The scope of a reader ends its connection as that of `connect` does; that the peer has closed is no
 * failure. The scope of a writer sends a FIN after a success, and resets the connection otherwise. What
 * Effect makes of a socket with `toChannel` closes these scopes as if nothing had failed. A failure is a `SocketError`
 * whose cause is the ZerowireError.
 */
export function makeSocket(options: ConnectOptions): EffectSocket.Socket {
  const connected = Latch.makeUnsafe(false)
  let current: Duplex | undefined

  const reader = Effect.gen(function* () {
    const socket = yield* Effect.mapError(connect(copying(options)), openError)
    const duplex = new Duplex(socket)
    yield* Effect.acquireRelease(
      Effect.sync(() => {
        current = duplex
        connected.openUnsafe()
      }),
      () =>
        Effect.sync(() => {
          if (current !== duplex) return
          current = undefined
          connected.closeUnsafe()
        }),
    )
    return duplex.reader
  })

  const use = <E>(write: (duplex: Duplex) => Effect.Effect<void, E>): Effect.Effect<void, E> =>
    connected.whenOpen(
      Effect.suspend(() => current === undefined ? use(write) : write(current)),
    )
  const writer = writerOver(use, (exit) => current?.endWriting(exit) ?? Effect.void)
  return EffectSocket.make({ reader, writer })
}

/** `makeSocket` as a layer, in the place of `NodeSocket.layerNet`. */
export const layerSocket = (options: ConnectOptions): Layer.Layer<EffectSocket.Socket> =>
  Layer.sync(EffectSocket.Socket, () => makeSocket(options))
