import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { ConnectFailed, ZerowireError } from "../../error/mod.ts"
import type { Stack } from "../../stack/mod.ts"
import { formatPath, permitUnix } from "../address.ts"
import { unix } from "./listening_point.ts"

/**
 * Opens a Unix domain socket that is connected to `path`, and adds it to `opened`, as `connectTo` does.
 *
 * While the listener's backlog is full, it tries again: no event tells of room there.
 */
export const connectUnix = (
  stack: Stack,
  path: string,
  opened: Set<number>,
): Effect.Effect<number, ZerowireError> =>
  Effect.andThen(
    permitUnix(path),
    Effect.try({
      try: () => connectNow(stack, path, opened),
      catch: (failure) => failure as ZerowireError,
    }).pipe(Effect.retry({ schedule: Schedule.spaced(retryMillis), while: isFull })),
  )

function connectNow(stack: Stack, path: string, opened: Set<number>): number {
  const { kernel } = stack
  const refuse = (number: number) => new ZerowireError(new ConnectFailed(formatPath(path), number))
  const fd = kernel.socket("unix")
  if (fd < 0) throw refuse(-fd)
  const n = kernel.connect(fd, unix(path))
  if (n < 0) {
    kernel.close(fd)
    stack.descriptors.note()
    throw refuse(-n)
  }
  opened.add(fd)
  return fd
}

const isFull = ({ reason }: ZerowireError): boolean =>
  reason._tag === "ConnectFailed" && reason.code === "EAGAIN"

const retryMillis = 10
