import { Deadline } from "../../reactor/mod.ts"
import { noticeAcknowledged } from "./acknowledged.ts"
import type { Connection } from "./connection.ts"

/**
 * Looks whether a connection that closes still moves: whether the peer takes something, or more is written for
 * it. Throws away what the peer sends in the meantime.
 */
export class StallWatch {
  readonly #connection: Connection
  readonly #stalled: () => void
  readonly #deadline: Deadline
  readonly #pause: number
  #before = 0
  #quiet = 0
  #ended = false
  #leave = (): void => {}

  /**
   * `stalled` is called once nothing has moved for `limit` milliseconds, or up to a tenth longer, or if the
   * connection was closed.
   */
  constructor(connection: Connection, limit: number, stalled: () => void) {
    this.#connection = connection
    this.#stalled = stalled
    // With a limit of 0, too, it takes some milliseconds to look so often: a disk may be read.
    this.#pause = limit / looks
    this.#deadline = new Deadline(connection.stack.deadlines, () => this.#look())
  }

  begin(): void {
    this.#before = moved(this.#connection)
    this.#deadline.start(this.#pause)
    this.#discard()
  }

  end(): void {
    this.#ended = true
    this.#deadline.stop()
    this.#leave()
  }

  /**
   * The looks count, and not the time between them: while this thread is blocked nothing can move, and nobody
   * is to blame.
   */
  #look(): void {
    const connection = this.#connection
    // The number of its file descriptor may already belong to another socket.
    if (connection.state === "closed") return this.#stalled()
    // A peer without room for the FIN does not report that it has the rest.
    noticeAcknowledged(connection)
    if (this.#ended) return
    const far = moved(connection)
    const still = far === this.#before && !waitsForSource(connection)
    this.#quiet = still ? this.#quiet + 1 : 0
    this.#before = far
    if (this.#quiet === looks) return this.#stalled()
    this.#deadline.start(this.#pause)
  }

  readonly #discard = (): void => {
    const { receiver, queue, stack, state } = this.#connection
    if (this.#ended || state === "closed" || queue.failed) return
    const { discard } = receiver
    if (receiver.lent) return receiver.whenBack(this.#discard)
    const more = discard.takeTurn()
    if (this.#ended || discard.ended) return
    if (more) stack.reactor.turnEnd.run(this.#discard)
    else this.#leave = receiver.whenReady(this.#discard)
  }
}

/** A number that grows whenever the peer takes something, or more is written for it. */
const moved = ({ stack, fd, queue }: Connection): number =>
  queue.writtenBytes + queue.acceptedBytes + queue.writtenPieces - queue.held +
  stack.kernel.acknowledgedBytes(fd)

/**
 * Whether bytes wait though the peer has taken everything: they are read from a disk, or soon tried again. It
 * cannot be told during a call elsewhere, nor where the kernel does not report what was acknowledged.
 */
export function waitsForSource(connection: Connection): boolean {
  const { queue } = connection
  if (queue.queuedBytes === 0 || queue.away) return false
  const { acknowledgedBytes } = connection
  return acknowledgedBytes >= queue.acceptedBytes && acknowledgedBytes < Infinity
}

/**
 * How often per limit to check whether anything has moved. Each look may come a sixteenth later, and what moves
 * just after one is seen by the next: together that is less than a tenth.
 */
const looks = 32
