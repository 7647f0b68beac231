import { SocketClosed, ZerowireError } from "../../error/mod.ts"
import { SendOrder } from "../send/order.ts"
import type { SendQueue } from "../send/queue.ts"
import type { StreamLock } from "../streams/stream_lock.ts"

/**
 * Decides whether a call may send, and when: after the calls before it, never during a pipe, and not after
 * the end. Created for the first of them: a socket whose handlers write needs none.
 */
export class CallGate {
  readonly #queue: SendQueue
  #order: SendOrder | undefined
  /** Held weakly, so that a dropped stream can be collected together with its socket. */
  #stream: WeakRef<StreamLock> | undefined
  #ended = false

  constructor(queue: SendQueue) {
    this.#queue = queue
  }

  /** The line of calls that send. */
  get order(): SendOrder {
    if (this.#order !== undefined) return this.#order
    this.#order = new SendOrder()
    const { failure } = this.#queue
    if (failure !== undefined) this.#order.fail(failure)
    return this.#order
  }

  /** Whether no call is in line. */
  get inOrder(): boolean {
    return this.#order === undefined || this.#order.free
  }

  /** Whether bytes may be queued now, after everything before them. */
  get open(): boolean {
    return this.inOrder && !this.#ended && !this.isPipedTo
  }

  /**
   * Refuses a call whose bytes cannot be sent in order. `action` says what it does.
   *
   * @throws {TypeError} during a pipe: nobody knows how much it will still deliver.
   * @throws {ZerowireError} if nothing can be sent any more.
   */
  check(action: string): void {
    this.#queue.check()
    if (this.#ended) throw new ZerowireError(new SocketClosed("send"))
    if (!this.isPipedTo) return
    throw new TypeError(
      `Cannot ${action}: a pipeTo into this socket's writable is under way. Wait for its promise first`,
    )
  }

  /** Refuses all calls from now on. Those in line still get their turn. */
  end(): void {
    this.#ended = true
  }

  /** Sending has ended: no call in line gets its turn. */
  fail(error: ZerowireError): void {
    this.#order?.fail(error)
  }

  /** `lock` belongs to the socket's WritableStream. */
  useStream(lock: StreamLock): void {
    this.#stream = new WeakRef(lock)
  }

  /** Whether a pipe holds the socket's WritableStream. */
  get isPipedTo(): boolean {
    return this.#stream !== undefined && this.#stream.deref()?.pipes === true
  }
}
