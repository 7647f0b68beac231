import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import type * as Scope from "effect/Scope"
import * as EffectSocket from "effect/socket/Socket"
import * as SocketServer from "effect/socket/SocketServer"
import { SocketClosed, ZerowireError } from "../error/mod.ts"
import {
  insideOf,
  type ListenOptions,
  type NetAddress as Address,
  type Socket,
} from "../tcp/mod.ts"
import { copying } from "./copying.ts"
import { Duplex, openError, writerOver } from "./duplex.ts"
import { end, isNormalClose } from "./lifetime.ts"
import { listen } from "./listen.ts"

const /** @internal */ servedSocketBase: Context.ServiceClass<
  ServedSocket,
  "zerowire/effect/ServedSocket",
  Socket
> = Context.Service<ServedSocket, Socket>()("zerowire/effect/ServedSocket")

/**
 * Zerowire's socket, below the one of Effect that a handler of a `SocketServer` gets: for `remoteAddr`,
 * for `stats()`, for `sink`. `Effect.serviceOption` finds it, where the server is one of Zerowire.
 */
export class ServedSocket extends servedSocketBase {}

/**
 * A server for programs that use Effect's `SocketServer`.
 *
 * A connection ends with its handler, or with the scope of the handler's reader if that is closed
 * before: by a graceful close, or by a reset when that is a failure or an interruption, as with `connect`.
 * That the peer has closed is no failure. A writer whose scope fails resets the connection too. What
 * Effect makes of a socket with `toChannel` closes these scopes as if nothing had failed, whatever its
 * stream ended with: where that matters, `sink` of the `ServedSocket` resets.
 *
 * Effect's programs may use a chunk again once it was written, so here `ownership` is `"copy"` unless it
 * is given. Say `"auto"` where chunks are written once: then what is large goes without a copy.
 *
 * A failure is a `SocketServerError`, or for a handler a `SocketError`, whose cause is the
 * ZerowireError.
 */
export const makeSocketServer = (
  options: ListenOptions,
): Effect.Effect<
  SocketServer.SocketServer["Service"],
  SocketServer.SocketServerError,
  Scope.Scope
> =>
  Effect.mapBoth(listen(copying(options)), {
    onFailure: (cause) => serverError(new SocketServer.SocketServerOpenError({ cause })),
    onSuccess: ({ addr, run }) =>
      SocketServer.SocketServer.of({
        address: inetAddress(addr),
        run: <R, E, _>(handler: (socket: EffectSocket.Socket) => Effect.Effect<_, E, R>) =>
          run((socket) =>
            handler(servedSocket(socket)).pipe(
              Effect.provideService(ServedSocket, socket),
              // That a peer has closed is how most handlers end, and nothing to report.
              Effect.catchIf(isNormalClose, () => Effect.void),
            )
          ).pipe(
            Effect.mapError((cause) =>
              serverError(new SocketServer.SocketServerUnknownError({ cause }))
            ),
          ) as Effect.Effect<never, SocketServer.SocketServerError, R>,
      }),
  })

/** `makeSocketServer` as a layer, in the place of `NodeSocketServer.layer`. */
export const layerSocketServer = (
  options: ListenOptions,
): Layer.Layer<SocketServer.SocketServer, SocketServer.SocketServerError> =>
  Layer.effect(SocketServer.SocketServer, makeSocketServer(options))

/** One of Effect's sockets over a connection that there is already, and that does not come again. */
function servedSocket(socket: Socket): EffectSocket.Socket {
  const { connection } = insideOf(socket)
  const duplex = new Duplex(socket)
  const reader = Effect.acquireRelease(
    Effect.suspend(() =>
      connection.state === "open"
        ? Effect.succeed(duplex.reader)
        : Effect.fail(openError(new ZerowireError(new SocketClosed("receive"))))
    ),
    (_, exit) => end(socket, exit),
  )
  const writer = writerOver((write) => write(duplex), (exit) => duplex.endWriting(exit))
  return EffectSocket.make({ reader, writer })
}

const serverError = (
  reason: SocketServer.SocketServerErrorReason,
): SocketServer.SocketServerError => new SocketServer.SocketServerError({ reason })

const inetAddress = ({ hostname, port }: Address): NetAddress.InetAddress =>
  NetAddress.inetAddressFromNativeUnsafe(hostname, port)
