import * as Effect from "effect/Effect"
import { checkOptions, show } from "../../argument/mod.ts"
import { FileFailed, TransferStopped, ZerowireError } from "../../error/mod.ts"
import { resetBecause } from "../connection/break_off.ts"
import type { Connection } from "../connection/connection.ts"
import { sendFileTaker } from "../known_options.ts"
import { type PromisedTurn, turnIn } from "../send/turn.ts"
import { toPath } from "./file_path.ts"
import { FileSource } from "./file_source.ts"
import type { SendFileOptions } from "./options.ts"

/** The sending of a range of a file. */
export class FileTransfer {
  /** Resolves with the number of bytes when all of them were accepted. */
  readonly done: Promise<number>
  readonly #connection: Connection
  readonly #path: string
  readonly #stopping = new AbortController()
  #turn: PromisedTurn | undefined
  /** Which byte of the connection is the first one of the file; nothing before it is queued. */
  #first: number | undefined
  /** How many bytes the connection has when the last one is accepted. */
  #last = Infinity
  #ended = false

  /**
   * @throws {TypeError} if `path` names no file, and for options that there are not.
   * @throws {RangeError} for a range that no file can have.
   */
  constructor(connection: Connection, path: string | URL, range: Omit<SendFileOptions, "signal">) {
    this.#path = toPath(path)
    checkOptions(sendFileTaker, range)
    const { start = 0, end } = range
    checkRange(start, end)
    this.#connection = connection
    this.done = this.#send(start, end).finally(() => this.#ended = true)
  }

  /**
   * Ends it, unless all was accepted. Once the file's turn among the queued bytes is taken, nothing can
   * be sent behind the gap, so that the connection is reset.
   */
  stop(reason: unknown): void {
    if (this.#ended || this.#connection.queue.acceptedBytes >= this.#last) return
    const stopped = this.#stopped(reason)
    this.#stopping.abort(stopped)
    this.#turn?.stop(stopped)
    if (this.#first !== undefined) resetBecause(this.#connection, stopped)
  }

  async #send(start: number, end: number | undefined): Promise<number> {
    const connection = this.#connection
    connection.checkCall("send a file")
    this.#turn = turnIn(connection.order)
    let file: FileSource
    let length: number
    try {
      file = await this.#open(this.#turn)
      length = this.#queue(file, start, end)
    } finally {
      this.#turn.leave()
    }
    await Effect.runPromise(connection.queue.untilAccepted(this.#last)).catch((failure) => {
      const own = file.failure ?? this.#stopReason
      // Sending has ended because of this file, or for another reason.
      if (own === undefined || (failure as ZerowireError).cause !== own) throw failure
      resetBecause(connection, own)
      throw own
    })
    return length
  }

  /** Opens the file while its turn is waited for. */
  async #open(turn: PromisedTurn): Promise<FileSource> {
    const opening = FileSource.open(this.#connection.stack.kernel, this.#path)
    try {
      const [file] = await Promise.all([opening, turn.come])
      return file
    } catch (failure) {
      opening.then((file) => file.release(), () => {})
      throw failure
    }
  }

  get #stopReason(): ZerowireError | undefined {
    return this.#stopping.signal.reason
  }

  /** Queues the range, and answers its length. */
  #queue(file: FileSource, start: number, end = file.size): number {
    const { queue, packer, stack } = this.#connection
    try {
      this.#stopping.signal.throwIfAborted()
      queue.check()
      if (Math.max(start, end) > file.size) {
        const rangeBytes = Math.max(0, end - start)
        throw new ZerowireError(new FileFailed(this.#path, "PAST_END", 0, rangeBytes))
      }
    } catch (failure) {
      file.release()
      throw failure
    }
    const length = end - start
    packer.flush()
    this.#first = queue.writtenBytes
    if (file.content !== undefined || length === 0) {
      file.release()
      if (length > 0) packer.write(file.content?.slice(start, end), "transfer")
      packer.flush()
    } else {
      file.onReady(() => queue.unblock())
      queue.push(stack.pieces.takeFile(file, start, length))
    }
    this.#last = queue.writtenBytes
    return length
  }

  #stopped(reason: unknown): ZerowireError {
    const { acceptedBytes } = this.#connection.queue
    const sentBytes = Math.max(0, acceptedBytes - (this.#first ?? acceptedBytes))
    return new ZerowireError(new TransferStopped(`"${this.#path}"`, sentBytes), reason)
  }
}

function checkRange(start: number, end: number | undefined): void {
  const good = isPlace(start) && (end === undefined || isPlace(end) && start <= end)
  if (good) return
  const to = end === undefined ? "the end" : show(end)
  throw new RangeError(
    `Cannot send bytes ${
      show(start)
    } to ${to} of a file: start and end are whole numbers, 0 or more, ` +
      "and end is not below start",
  )
}

const isPlace = (place: number): boolean => Number.isSafeInteger(place) && place >= 0
