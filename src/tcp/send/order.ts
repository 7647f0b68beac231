import type { ZerowireError } from "../../error/mod.ts"

/** A call that sends, and first waits until everything before it is queued. */
export interface Call {
  /**
   * Its turn has come. What it queues now follows everything before it, and later calls queue nothing
   * until it leaves.
   */
  begin(place: Place): void
  /** Its turn will never come, because sending has ended. */
  fail(error: ZerowireError): void
}

/** A call's place in the line. */
export interface Place {
  /** Lets the next call go on. Called before its turn, it gives the turn up. A second call has no effect. */
  leave(): void
}

/**
 * Keeps the calls on one socket in order: bytes leave in the order of the calls.
 *
 * Chunks that are written to the WritableStream wait inside it, out of reach, and come to the sink one
 * after the other. But the stream asks for a chunk's size during the call that writes it
 * (WritableStreamDefaultWriterWrite, step 4), so the chunks can be counted. Another call waits until that
 * many chunks have reached the sink; chunks that are written after it wait in the sink until it leaves.
 */
export class SendOrder {
  /** Chunks in the stream ahead of the first call. */
  #chunks = 0
  readonly #calls: Waiting[] = []
  #failure: ZerowireError | undefined
  #wakeSink: (() => void) | undefined
  #advancing = false

  /** Whether no call is in line. */
  get free(): boolean {
    return this.#chunks === 0 && this.#calls.length === 0
  }

  /** Puts a call in line. It starts at once if nothing is ahead of it. */
  enter(call: Call): Place {
    if (this.#failure !== undefined) {
      call.fail(this.#failure)
      return { leave() {} }
    }
    const waiting: Waiting = {
      call,
      chunksBehind: 0,
      begun: false,
      leave: () => this.#leave(waiting),
    }
    this.#calls.push(waiting)
    this.#advance()
    return waiting
  }

  /** A chunk was written to the stream. */
  chunkWritten(): void {
    const last = this.#calls.at(-1)
    if (last === undefined) this.#chunks++
    else last.chunksBehind++
  }

  /** Whether a chunk that has reached the sink may be queued now. */
  get chunkMayPass(): boolean {
    return this.#calls.length === 0 || this.#chunks > 0
  }

  /** Calls `wake` once the chunk at the sink may be queued, or once nothing can be queued any more. */
  whenChunkMayPass(wake: () => void): void {
    this.#wakeSink = wake
  }

  /** The chunk at the sink has been queued. */
  chunkPassed(): void {
    if (this.#chunks > 0) this.#chunks--
    this.#advance()
  }

  /** The stream has no chunks left. It may have refused some after its end, and those were counted too. */
  streamEnded(): void {
    this.#chunks = 0
    for (const waiting of this.#calls) waiting.chunksBehind = 0
    this.#advance()
  }

  /** Sending has ended. A call whose turn has come learns of it in other ways. */
  fail(error: ZerowireError): void {
    if (this.#failure !== undefined) return
    this.#failure = error
    for (const { call, begun } of this.#calls.splice(0)) if (!begun) call.fail(error)
    this.#wake()
  }

  #leave(waiting: Waiting): void {
    const at = this.#calls.indexOf(waiting)
    if (at < 0) return
    this.#calls.splice(at, 1)
    if (at === 0) this.#chunks += waiting.chunksBehind
    else this.#calls[at - 1].chunksBehind += waiting.chunksBehind
    this.#wake()
    this.#advance()
  }

  /** A loop, not a recursion: thousands may be in line, and each may leave at once. */
  #advance(): void {
    if (this.#advancing) return
    this.#advancing = true
    try {
      while (this.#chunks === 0 && this.#calls.length > 0 && !this.#calls[0].begun) {
        const [first] = this.#calls
        first.begun = true
        first.call.begin(first)
      }
    } finally {
      this.#advancing = false
    }
  }

  #wake(): void {
    if (this.#wakeSink === undefined || !this.chunkMayPass) return
    const wake = this.#wakeSink
    this.#wakeSink = undefined
    wake()
  }
}

interface Waiting extends Place {
  readonly call: Call
  /** Chunks that were written after this call and before the next one. */
  chunksBehind: number
  begun: boolean
}
