/**
 * Holds the types of `zerowire/effect` to what they promise: what fails with what, and what needs a
 * Scope. There is nothing to run: `tsc` refuses this file when a promise is broken.
 *
 * @module
 */
import type * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import type { Scope } from "effect/Scope"
import type * as Sink from "effect/Sink"
import * as EffectSocket from "effect/socket/Socket"
import { SocketServer, type SocketServerError } from "effect/socket/SocketServer"
import * as Stream from "effect/Stream"
import {
  abort,
  close,
  type CloseReport,
  closeWrite,
  connect,
  connectOptionsConfig,
  layerSocket,
  layerSocketServer,
  type Lease,
  lease,
  listen,
  type Listener,
  type ListenOptions,
  makeSlab,
  makeSocketServer,
  metrics,
  sendFile,
  sendFrom,
  sendLease,
  type SendSlab,
  type SentLease,
  sink,
  type Socket,
  socketOptionsConfig,
  stream,
  takeOver,
  type ZerowireError,
} from "../../src/effect.ts"
import type { SocketOptions } from "../../src/mod.ts"

/** Whether both are the same type: neither wider nor narrower. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true
  : false

declare const socket: Socket
declare const listener: Listener
const options: ListenOptions = { port: 0 }

type Opened = Effect.Effect<Socket, ZerowireError, Scope>
const connected = connect({ port: 1 })
const taken = takeOver({} as never)
const listened = listen(options)

true satisfies Same<typeof connected, Opened>
true satisfies Same<typeof taken, Opened>
true satisfies Same<typeof listened, Effect.Effect<Listener, ZerowireError, Scope>>
true satisfies Same<typeof listener.accept, Opened>

const writing = sink(socket)
const reading = stream(socket)
true satisfies Same<typeof writing, Sink.Sink<void, Uint8Array, never, ZerowireError>>
true satisfies Same<typeof reading, Stream.Stream<Uint8Array<ArrayBuffer>, ZerowireError>>

const halfClosed = closeWrite(socket)
const closed = close(socket)
const aborted = abort(socket)
true satisfies Same<typeof halfClosed, Effect.Effect<void, ZerowireError>>
true satisfies Same<typeof closed, Effect.Effect<CloseReport, ZerowireError>>
true satisfies Same<typeof aborted, Effect.Effect<CloseReport>>

const slab = makeSlab({ slots: 4 })
const leased = lease({} as SendSlab)
const sent = sendLease(socket, {} as Lease)
const fileSent = sendFile(socket, "page.html", { start: 1, end: 2 })
const streamSent = sendFrom(socket, new ReadableStream<Uint8Array>())
true satisfies Same<typeof slab, Effect.Effect<SendSlab, ZerowireError, Scope>>
true satisfies Same<typeof leased, Effect.Effect<Lease, never, Scope>>
true satisfies Same<typeof sent, Effect.Effect<SentLease, ZerowireError>>
true satisfies Same<typeof fileSent, Effect.Effect<number, ZerowireError>>
true satisfies Same<typeof streamSent, Effect.Effect<number, ZerowireError>>
// @ts-expect-error There is no signal.
sendFile(socket, "page.html", { signal: AbortSignal.timeout(1) })
// @ts-expect-error Scope is not provided.
Effect.runPromise(leased)

const client = layerSocket({ port: 1 })
const server = layerSocketServer(options)
const made = makeSocketServer(options)
true satisfies Same<typeof client, Layer.Layer<EffectSocket.Socket>>
true satisfies Same<typeof server, Layer.Layer<SocketServer, SocketServerError>>
true satisfies Same<Effect.Services<typeof made>, Scope>

// The error of a stream and that of the sink are both in the channel.
const piped = Stream.run(Stream.fail("broken" as const), writing)
true satisfies Same<typeof piped, Effect.Effect<void, "broken" | ZerowireError>>

// Handlers have the scope of their connection; what else they need, `run` needs.
interface Database {
  readonly name: "database"
}
declare const query: Effect.Effect<string, "no rows", Database | Scope>
const served = listener.run(() => query)
true satisfies Same<typeof served, Effect.Effect<never, ZerowireError, Database>>

// Without a scope nothing runs: whoever opens a socket says who closes it.
// @ts-expect-error Scope is not provided.
Effect.runPromise(connected)
// @ts-expect-error Scope is not provided.
Effect.runPromise(listened)
Effect.runPromise(Effect.scoped(connected))

// Interruption stands where the platform has a signal.
// @ts-expect-error There is no signal.
connect({ port: 1, signal: AbortSignal.timeout(1) })

// @ts-expect-error A sink of bytes takes no text.
Stream.run(Stream.make("text"), writing)

// @ts-expect-error What can fail is not taken for what cannot.
const unfailing: Effect.Effect<void> = halfClosed
void unfailing

// Reasons are told apart by their tags, and each has its own fields.
const handled = connected.pipe(
  Effect.catch((error) => {
    true satisfies Same<typeof error._tag, "ZerowireError">
    const { reason } = error
    if (reason._tag === "ConnectFailed") return Effect.succeed(reason.code)
    // @ts-expect-error Only a lost connection has a progress.
    void reason.progress
    return Effect.fail(error)
  }),
)
true satisfies Same<Effect.Success<typeof handled>, Socket | string>
const caught = Effect.catchTag(connected, "ZerowireError", () => Effect.succeed(undefined))
true satisfies Same<Effect.Error<typeof caught>, never>
// A ZerowireError can be yielded as it is.
const yielded = Effect.gen(function* () {
  return yield* {} as ZerowireError
})
true satisfies Same<Effect.Error<typeof yielded>, ZerowireError>

true satisfies Same<typeof socketOptionsConfig, Config.Config<SocketOptions>>
connectOptionsConfig satisfies Config.Config<Parameters<typeof connect>[0]>

metrics.copiedBytes("nobufs")
// @ts-expect-error There is no such reason.
metrics.copiedBytes("weather")
