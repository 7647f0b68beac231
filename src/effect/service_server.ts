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
 * The Zerowire socket under the Effect socket that a `SocketServer` handler gets: for `remoteAddr`, for
 * `stats()`, for `sink`. `Effect.serviceOption` finds it if the server is Zerowire's.
 */
export class ServedSocket extends servedSocketBase {}

/**
 * A server for programs that use Effect's `SocketServer`.
 *
 * A connection ends with its handler, or with the scope of the handler's reader if that closes earlier:
 * gracefully, or with a reset after a failure or an interruption, as with `connect`. A close by the peer
 * is not a failure. A writer whose scope fails resets the connection too. Effect's `toChannel` closes
 * these scopes as if nothing had failed, however its stream ends; if that matters, use `sink` of the
 * `ServedSocket`, which resets.
 *
 * Programs may reuse a chunk after writing it to an Effect socket, so `ownership` defaults to `"copy"`
 * here. Use `"auto"` if chunks are written once: large ones are then sent without a copy.
 *
 * Failures are a `SocketServerError`, or in a handler a `SocketError`. Their cause is the ZerowireError.
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
        address: effectAddress(addr),
        run: <R, E, _>(handler: (socket: EffectSocket.Socket) => Effect.Effect<_, E, R>) =>
          run((socket) =>
            handler(servedSocket(socket)).pipe(
              Effect.provideService(ServedSocket, socket),
              // Most handlers end because the peer has closed, which needs no report.
              Effect.catchIf(isNormalClose, () => Effect.void),
            )
          ).pipe(
            Effect.mapError((cause) =>
              serverError(new SocketServer.SocketServerUnknownError({ cause }))
            ),
          ) as Effect.Effect<never, SocketServer.SocketServerError, R>,
      }),
  })

/** `makeSocketServer` as a layer, to use instead of `NodeSocketServer.layer`. */
export const layerSocketServer = (
  options: ListenOptions,
): Layer.Layer<SocketServer.SocketServer, SocketServer.SocketServerError> =>
  Layer.effect(SocketServer.SocketServer, makeSocketServer(options))

/** An Effect socket over one existing connection, which cannot be reopened. */
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

const effectAddress = ({ path, hostname, port }: Address): NetAddress.SocketAddress =>
  path === undefined
    ? NetAddress.inetAddressFromNativeUnsafe(hostname, port)
    : NetAddress.unixPathAddress(path)
