import * as Effect from "effect/Effect"
import { ConnectFailed, WaitFailed, ZerowireError } from "../../error/mod.ts"
import { errno, type InetAddress } from "../../kernel/port.ts"
import type { Stack } from "../../stack/mod.ts"
import { formatAddress } from "../address.ts"

/**
 * Opens a connected socket and returns its file descriptor, which is not registered with the reactor. If
 * the Effect fails or is interrupted before there is a connection, the file descriptor is closed. Once
 * there is one, it is in `opened`, whatever happens to the Effect.
 */
export const connectTo = (
  stack: Stack,
  address: InetAddress,
  opened: Set<number>,
): Effect.Effect<number, ZerowireError> =>
  Effect.callback<number, ZerowireError>((resume) => {
    const { kernel, reactor } = stack
    const refuse = (number: number) =>
      resume(Effect.fail(new ZerowireError(new ConnectFailed(formatAddress(address), number))))

    const succeed = () => {
      opened.add(fd)
      resume(Effect.succeed(fd))
    }

    const fd = kernel.socket(address.family)
    if (fd < 0) return refuse(-fd)
    const n = kernel.connect(fd, address)
    if (n >= 0) return succeed()
    const giveUp = () => {
      reactor.remove(fd)
      reactor.rest()
      kernel.close(fd)
      stack.descriptors.note()
    }
    if (n !== -errno.EINPROGRESS) {
      giveUp()
      return refuse(-n)
    }
    const added = reactor.add(fd, {
      onReady() {
        const pending = kernel.getOption(fd, "SO_ERROR")
        if (pending === 0 && kernel.peerAddress(fd) === undefined) return
        if (pending === 0) {
          reactor.remove(fd)
          return succeed()
        }
        giveUp()
        refuse(Math.abs(pending))
      },
      onFailure(failure) {
        giveUp()
        resume(Effect.fail(new ZerowireError(new WaitFailed(failure.message), failure)))
      },
    })
    if (added < 0) {
      giveUp()
      return refuse(-added)
    }
    reactor.want(fd, "wait")
    return Effect.sync(() => {
      // An interruption can come after the success, before the caller receives it.
      if (!opened.has(fd)) giveUp()
    })
  })

/** Fails with ETIMEDOUT if `attempt` takes longer than `limit` milliseconds. */
export const timedOut = <A>(
  attempt: Effect.Effect<A, ZerowireError>,
  address: string,
  limit: number,
): Effect.Effect<A, ZerowireError> =>
  Effect.timeoutOrElse(attempt, {
    duration: limit,
    orElse: () => Effect.fail(new ZerowireError(new ConnectFailed(address, errno.ETIMEDOUT))),
  })
