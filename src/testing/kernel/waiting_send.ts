import { errno } from "../../kernel/port.ts"
import type { TcpSocket } from "../tcp/tcp_socket.ts"
import type { World } from "../world/world.ts"
import type { Element } from "./vector.ts"

/**
 * A call that waits for room, for `patience` milliseconds in total. It is one call with one id, however
 * often it waits. `done` receives the accepted bytes, or `-errno`.
 */
export function sendWaiting(
  { timeline }: World,
  socket: TcpSocket,
  elements: readonly Element[],
  zerocopy: boolean,
  patience: number,
  done: (n: number) => void,
): void {
  const bytes = elements.reduce((sum, { length }) => sum + length, 0)
  const call = socket.beginCall(bytes, zerocopy)
  if (typeof call === "number") return done(call)
  let accepted = 0
  const end = (n: number) => {
    unwatch()
    deadline.cancel()
    socket.endCall(call, n)
    done(n)
  }
  const go = () => {
    const late = timeline.now >= until
    if (accepted > 0 && !late && socket.maySend && !socket.hasRoom) return
    const n = socket.accept(elements, accepted, bytes - accepted, call)
    if (n > 0) accepted += n
    const failed = n < 0 && n !== -errno.EAGAIN
    if (accepted === bytes || late || failed) end(accepted > 0 ? accepted : n)
  }
  const until = timeline.now + patience
  const deadline = timeline.after(patience, go)
  const unwatch = socket.watch(go)
  go()
}
