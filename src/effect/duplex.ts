import type { NonEmptyReadonlyArray } from "effect/Array"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import * as EffectSocket from "effect/socket/Socket"
import type { ZerowireError } from "../error/mod.ts"
import { type Connection, finishWriting, insideOf, reset, type Socket } from "../tcp/mod.ts"
import { broken, normalClose } from "./lifetime.ts"
import { Sender } from "./send.ts"
import { receiving } from "./stream.ts"

/** One connection, as Effect's `Socket` presents it. */
export class Duplex {
  readonly reader: EffectSocket.Reader
  readonly #connection: Connection
  readonly #sender: Sender
  #closedBy: EffectSocket.SocketError | undefined

  constructor(socket: Socket) {
    const { connection } = insideOf(socket)
    this.#connection = connection
    this.#sender = new Sender(connection)
    const pull = Effect.mapError(
      receiving(connection),
      (failure) => this.#closedBy ?? readError(failure),
    )
    this.reader = { pull, upgrade: EffectSocket.SocketUpgradeError.unsupported }
  }

  writeAll(
    chunks: NonEmptyReadonlyArray<Uint8Array | string>,
  ): Effect.Effect<void, EffectSocket.SocketError> {
    return Effect.suspend(() => {
      // The bytes of a text are ours: they need no copy, whatever `ownership` is.
      const texts = chunks.every((chunk) => typeof chunk === "string")
      const written = this.#sender.writeAll(chunks.map(toBytes), texts ? "transfer" : undefined)
      return Effect.mapError(written, writeError)
    })
  }

  /** TCP has no close events: a FIN is sent, and this side's reader receives the event. */
  close({ code, reason }: EffectSocket.CloseEvent): Effect.Effect<void, EffectSocket.SocketError> {
    return Effect.suspend(() => {
      this.#closedBy ??= closeError(code, reason)
      this.#connection.receiver.cancel()
      return Effect.mapError(finishWriting(this.#connection), writeError)
    })
  }

  /**
   * Half-closes when the scope of a writer has ended. It does not wait for the peer, which may take
   * nothing; the reader's scope does, up to its timeout. After a failure or an interruption, bytes may be
   * missing, so the connection is reset.
   */
  endWriting(exit: Exit.Exit<unknown, unknown>): Effect.Effect<void> {
    if (broken(exit) && !this.#connection.queue.ended) {
      return Effect.asVoid(reset(this.#connection))
    }
    const finishing = Effect.ignore(finishWriting(this.#connection))
    return Effect.asVoid(Effect.forkDetach(finishing, { startImmediately: true }))
  }
}

/** A writer for the present connection. `use` waits for one, or fails if none will come. */
export const writerOver = (
  use: <E>(write: (duplex: Duplex) => Effect.Effect<void, E>) => Effect.Effect<void, E>,
  endWriting: (exit: Exit.Exit<unknown, unknown>) => Effect.Effect<void>,
): Effect.Effect<EffectSocket.Writer, never, Scope.Scope> => {
  const writeAll: EffectSocket.Writer["writeAll"] = (chunks) =>
    use((duplex) => duplex.writeAll(chunks))
  const write: EffectSocket.Writer["write"] = (chunk) =>
    EffectSocket.isCloseEvent(chunk) ? use((duplex) => duplex.close(chunk)) : writeAll([chunk])
  return Effect.acquireRelease(
    Effect.succeed({ write, writeAll }),
    (_, exit) => Effect.suspend(() => endWriting(exit)),
  )
}

/** Why there is no connection. */
export function openError(cause: ZerowireError): EffectSocket.SocketError {
  const { reason } = cause
  if (reason._tag === "SocketClosed") return closeError(normalClose)
  const timeout = reason._tag === "ConnectFailed" && reason.code === "ETIMEDOUT"
  return new EffectSocket.SocketError({
    reason: new EffectSocket.SocketOpenError({ kind: timeout ? "Timeout" : "Unknown", cause }),
  })
}

/** Effect's sockets treat every end as a failure; the peer's FIN is a normal close. */
function readError(failure: ZerowireError | Cause.Done<void>): EffectSocket.SocketError {
  if (Cause.isDone(failure) || failure.reason._tag === "SocketClosed") {
    return closeError(normalClose)
  }
  return new EffectSocket.SocketError({
    reason: new EffectSocket.SocketReadError({ cause: failure }),
  })
}

const writeError = (cause: ZerowireError): EffectSocket.SocketError =>
  new EffectSocket.SocketError({ reason: new EffectSocket.SocketWriteError({ cause }) })

const closeError = (code: number, closeReason?: string): EffectSocket.SocketError =>
  new EffectSocket.SocketError({
    reason: new EffectSocket.SocketCloseError(
      closeReason === undefined ? { code } : { code, closeReason },
    ),
  })

const toBytes = (chunk: Uint8Array | string): Uint8Array =>
  typeof chunk === "string" ? encoder.encode(chunk) : chunk

const encoder = new TextEncoder()
