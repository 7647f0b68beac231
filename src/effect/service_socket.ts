import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as EffectSocket from "effect/socket/Socket"
import { connect } from "./connect.ts"
import { copying } from "./copying.ts"
import { Duplex, openError, writerOver } from "./duplex.ts"
import type { ConnectOptions } from "./options.ts"

/**
 * A client for programs that use Effect's `Socket`. Each acquisition of its reader opens a new
 * connection, and writes wait until there is one.
 *
 * Programs may reuse a chunk after writing it to an Effect socket, so `ownership` defaults to `"copy"`
 * here. Use `"auto"` if chunks are written once: large ones are then sent without a copy.
 *
 * The scope of a reader ends its connection as with `connect`; a close by the peer is not a failure. The
 * scope of a writer sends a FIN after a success, and resets the connection otherwise. Effect's
 * `toChannel` closes these scopes as if nothing had failed. Failures are a `SocketError` whose cause is
 * the ZerowireError.
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

/** `makeSocket` as a layer, to use instead of `NodeSocket.layerNet`. */
export const layerSocket = (options: ConnectOptions): Layer.Layer<EffectSocket.Socket> =>
  Layer.sync(EffectSocket.Socket, () => makeSocket(options))
