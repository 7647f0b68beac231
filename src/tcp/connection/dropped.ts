import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Connection } from "./connection.ts"
import { closeGracefully } from "./teardown.ts"

/**
 * Closes the connection of a socket that was collected without being closed, and logs a warning:
 * otherwise its file descriptor would stay open until the process ends. This is only a safety net,
 * because nobody knows when, or whether, the collector runs.
 */
export function closeWhenDropped(socket: object, connection: Connection, timeout: number): void {
  sockets.register(socket, { connection, timeout })
}

/** Keeps the socket from being collected while one of its streams or a transfer is in use. */
export function keepWith<User extends object>(user: User, socket: object): User {
  keepers.set(user, socket)
  return user
}

const sockets = new FinalizationRegistry<Dropped>(({ connection, timeout }) => {
  if (connection.state !== "open") return
  const { fd, stack } = connection
  warn(
    `a socket (file descriptor ${fd}) was dropped without close() or abort(); it is closed now. Use ` +
      "`await using`, or close it yourself",
  )
  const closing = closeGracefully(connection, Duration.millis(timeout)).pipe(
    Effect.catch(({ message }) =>
      Effect.sync(() => warn(`a dropped socket (file descriptor ${fd}) lost bytes: ${message}`))
    ),
  )
  Effect.runForkWith(stack.services)(closing)
})

function warn(message: string): void {
  // deno-lint-ignore no-console -- nobody has the socket any more, and a program that relies on luck should know
  console.warn(`zerowire: ${message}`)
}

const keepers = new WeakMap<object, object>()

interface Dropped {
  readonly connection: Connection
  readonly timeout: number
}
