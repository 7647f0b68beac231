import type { CopyReason } from "../../pieces/mod.ts"
import type { NetAddress } from "../../tcp/mod.ts"
import type { Head } from "../parser/head.ts"
import { Refusal } from "../parser/refusal.ts"
import type { Counts, Transport } from "../transport.ts"
import type { Context } from "./context.ts"
import { outcomeOf } from "./ended.ts"
import type { Completed, Outcome, Sent } from "./options.ts"

/** Tells once how a response has ended: whoever waits for `info.completed`, and `onComplete`. */
export class Completion {
  readonly #context: Context
  readonly #transport: Transport
  readonly #head: Head
  readonly #client: { readonly remoteAddr: NetAddress }
  /** Only for whoever listens: a clock costs more than the rest of this. */
  readonly #startedAt: number
  #firstAt = 0
  #begun = false
  #startBytes = 0
  #before: Counts | undefined
  #promised: PromiseWithResolvers<Sent> | undefined
  #ended: { readonly failure: unknown } | "sent" | "upgraded" | undefined
  #status = 0
  #bytes = 0

  constructor(
    context: Context,
    transport: Transport,
    head: Head,
    client: { readonly remoteAddr: NetAddress },
  ) {
    this.#client = client
    this.#context = context
    this.#transport = transport
    this.#head = head
    context.tally.begun++
    this.#startedAt = context.onComplete === undefined ? 0 : performance.now()
  }

  /** Whether the response's head was written. */
  get begun(): boolean {
    return this.#begun
  }

  /** Resolves when the kernel has accepted all of the response. */
  get promise(): Promise<Sent> {
    if (this.#promised === undefined) {
      this.#promised = Promise.withResolvers()
      // Nobody has to ask.
      this.#promised.promise.catch(() => {})
      this.#settle(this.#promised)
    }
    return this.#promised.promise
  }

  /** The head is about to be written. */
  begin(): void {
    this.#begun = true
    this.#startBytes = this.#transport.writtenBytes
    if (this.#context.onComplete === undefined) return
    this.#firstAt = performance.now()
    this.#before = this.#transport.counts
  }

  /** All of the response is written. */
  written(status: number, outcome: "sent" | "upgraded"): void {
    if (this.#ended !== undefined) return
    this.#end(outcome, status)
    if (this.#context.onComplete !== undefined) void this.#tellLater(this.#sent(outcome))
  }

  /** The rest of the response will not be sent; `status` is that of its head. */
  failed(failure: unknown, status: number): void {
    if (this.#ended !== undefined) return
    const refused = failure instanceof Refusal ? failure.status : 0
    this.#end({ failure }, this.#begun ? status : refused)
    this.#tell(this.#status, outcomeOf(failure), this.#bytes, failure)
  }

  #end(ended: { readonly failure: unknown } | "sent" | "upgraded", status: number): void {
    this.#ended = ended
    this.#status = status
    this.#bytes = this.#begun ? this.#transport.writtenBytes - this.#startBytes : 0
    this.#context.tally.ended++
    if (this.#promised !== undefined) this.#settle(this.#promised)
  }

  #sent(outcome: "sent" | "upgraded"): Sent {
    return { status: this.#status, bytes: this.#bytes, outcome }
  }

  #settle({ resolve, reject }: PromiseWithResolvers<Sent>): void {
    const ended = this.#ended
    if (ended === undefined) return
    if (typeof ended === "object") return reject(ended.failure)
    this.#transport.untilAccepted().then(() => resolve(this.#sent(ended)), reject)
  }

  /** What the kernel has copied is known only when it has let go of the bytes. */
  async #tellLater({ status, bytes, outcome }: Sent): Promise<void> {
    try {
      await this.#transport.untilAccepted()
    } catch (failure) {
      return this.#tell(status, outcomeOf(failure), bytes, failure)
    }
    const ms = performance.now() - this.#startedAt
    const { pinnedBytes } = this.#transport.counts
    if (pinnedBytes > (this.#before?.pinnedBytes ?? 0)) {
      await this.#transport.untilReleased().catch(() => {})
    }
    this.#tell(status, outcome, bytes, undefined, ms)
  }

  #tell(
    status: number,
    outcome: Outcome,
    bytes: number,
    error: unknown,
    ms = performance.now() - this.#startedAt,
  ): void {
    const { onComplete } = this.#context
    if (onComplete === undefined) return
    const { method, target: path } = this.#head
    const completed: Completed = {
      ...{ remoteAddr: this.#client.remoteAddr, method, path, status, outcome, bytes },
      ...difference(this.#transport.counts, this.#before),
      ms,
      ttfb: this.#begun ? this.#firstAt - this.#startedAt : undefined,
      ...(error !== undefined && { error }),
    }
    try {
      onComplete(completed)
    } catch (failure) {
      // The request is answered: a second response would be taken for that of the next one.
      this.#context.report(failure)
    }
  }
}

function difference(
  now: Counts,
  before: Counts = now,
): Pick<Completed, "zerocopyBytes" | "movedBytes" | "copiedBytes" | "reason"> {
  let copiedBytes = now.kernelCopiedBytes - before.kernelCopiedBytes
  let reason: CopyReason | undefined = copiedBytes > 0 ? "copied" : undefined
  let most = copiedBytes
  for (const name of Object.keys(now.copied) as CopyReason[]) {
    const bytes = now.copied[name] - before.copied[name]
    copiedBytes += bytes
    if (bytes > most) [reason, most] = [name, bytes]
  }
  return {
    zerocopyBytes: now.zerocopyBytes - before.zerocopyBytes,
    movedBytes: now.movedBytes - before.movedBytes,
    copiedBytes,
    reason,
  }
}
