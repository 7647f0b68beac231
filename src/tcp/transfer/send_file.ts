import * as Effect from "effect/Effect"
import { checkOptions } from "../../argument/mod.ts"
import { TransferStopped, ZerowireError } from "../../error/mod.ts"
import { resetBecause } from "../connection/break_off.ts"
import type { Connection } from "../connection/connection.ts"
import { sendFileTaker } from "../known_options.ts"
import { type PromisedTurn, turnIn } from "../send/turn.ts"
import { checkRange } from "./file_range.ts"
import { copyFile } from "./copied_file.ts"
import { copiesFiles, FileSource } from "./file_source.ts"
import { type GivenFile, toFile } from "./given_file.ts"
import { OpenFile } from "./open_file.ts"
import type { RuntimeFile, SendFileOptions } from "./options.ts"

/** Sends a range of a file. */
export class FileTransfer {
  /** Resolves with the number of bytes once the kernel has accepted all of them. */
  readonly done: Promise<number>
  readonly #connection: Connection
  readonly #file: GivenFile
  readonly #stopping = new AbortController()
  #turn: PromisedTurn | undefined
  /** The position in the connection's bytes at which the file starts; undefined before the file is queued. */
  #first: number | undefined
  /** The position after the file's last byte. */
  #last = Infinity
  #ended = false

  /**
   * @throws {TypeError} if `file` is not a file, and for unknown options.
   * @throws {RangeError} unless `start` and `end` are whole numbers and 0 <= `start` <= `end`.
   */
  constructor(
    connection: Connection,
    file: string | URL | RuntimeFile,
    range: Omit<SendFileOptions, "signal">,
  ) {
    this.#file = toFile(file, sendFileTaker)
    checkOptions(sendFileTaker, range)
    const { start = 0, end } = range
    checkRange("send", start, end)
    this.#connection = connection
    this.done = this.#send(start, end).finally(() => this.#ended = true)
  }

  /**
   * Stops, unless everything was accepted. If the file is already queued, the bytes after it could only
   * follow a gap, so the connection is reset.
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
    connection.calls.check("send a file")
    this.#turn = turnIn(connection.calls.order)
    if (copiesFiles(connection.stack.kernel)) return await this.#copy(this.#turn, start, end)
    let file: FileSource
    let length: number
    try {
      file = await this.#openNow(this.#turn) ?? await this.#open(this.#turn)
      length = this.#queue(file, start, end)
    } finally {
      this.#turn.leave()
    }
    await Effect.runPromise(connection.queue.untilAccepted(this.#last)).catch((failure) => {
      const own = file.failure ?? this.#stopReason
      // This file may have ended the sending, or something else.
      if (own === undefined || (failure as ZerowireError).cause !== own) throw failure
      resetBecause(connection, own)
      throw own
    })
    return length
  }

  /** Reads the file in this process, where no kernel sends it. Its turn lasts until all is written. */
  async #copy(turn: PromisedTurn, first: number, last: number | undefined): Promise<number> {
    const { packer, queue } = this.#connection
    const { signal } = this.#stopping
    let file: OpenFile | undefined
    try {
      file = await OpenFile.open(this.#file)
      await turn.come
      signal.throwIfAborted()
      queue.check()
      const range = file.range(first, last)
      packer.flush()
      this.#first = queue.writtenBytes
      await copyFile(this.#connection, file, range, signal)
      packer.flush()
      this.#last = queue.writtenBytes
      turn.leave()
      await Effect.runPromise(queue.untilAccepted(this.#last), { signal })
      return range.end - range.start
    } catch (failure) {
      const own = this.#stopReason ?? failure
      // The peer must not take a part of the file for all of it.
      const begun = this.#first !== undefined && queue.writtenBytes > this.#first
      if (begun && !queue.failed) resetBecause(this.#connection, own)
      throw own
    } finally {
      turn.leave()
      file?.close()
    }
  }

  /** Opens the file without waiting for it, if its turn has come and that is possible. */
  async #openNow({ begun, come }: PromisedTurn): Promise<FileSource | undefined> {
    if (!begun) return undefined
    // Whoever has just called may stop it now.
    await come
    this.#stopping.signal.throwIfAborted()
    return FileSource.openNow(this.#connection.stack.kernel, this.#file)
  }

  /** Opens the file while waiting for its turn. */
  async #open(turn: PromisedTurn): Promise<FileSource> {
    const { queue, stack } = this.#connection
    const opening = FileSource.open(stack.kernel, this.#file)
    let over = false
    let opened = () => {}
    const come = turn.come.then(() => {
      if (!over) opened = queue.flush.await()
    })
    try {
      const [file] = await Promise.all([opening, come])
      return file
    } catch (failure) {
      opening.then((file) => file.release(), () => {})
      throw failure
    } finally {
      over = true
      opened()
    }
  }

  get #stopReason(): ZerowireError | undefined {
    return this.#stopping.signal.reason
  }

  /** Queues the range and returns its length. */
  #queue(source: FileSource, first: number, last: number | undefined): number {
    const { file } = source
    const { queue, packer, stack } = this.#connection
    let range: { readonly start: number; readonly end: number }
    try {
      this.#stopping.signal.throwIfAborted()
      queue.check()
      range = file.range(first, last)
    } catch (failure) {
      source.release()
      throw failure
    }
    const { start, end } = range
    packer.flushBeforeFile()
    this.#first = queue.writtenBytes
    if (file.content !== undefined || start === end) {
      source.release()
      if (start < end) packer.write(file.content?.slice(start, end), "transfer")
      packer.flush()
    } else {
      source.onReady(() => queue.unblock())
      queue.push(stack.pieces.takeFile(source, start, end - start))
    }
    this.#last = queue.writtenBytes
    return end - start
  }

  #stopped(reason: unknown): ZerowireError {
    const { acceptedBytes } = this.#connection.queue
    const sentBytes = Math.max(0, acceptedBytes - (this.#first ?? acceptedBytes))
    return new ZerowireError(new TransferStopped(`"${this.#file.name}"`, sentBytes), reason)
  }
}
