import type { Interest, Patience } from "../../reactor/mod.ts"
import type { Receiver } from "../receive/receiver.ts"
import type { SendQueue } from "../send/queue.ts"

/** What a connection wants of the reactor. `referenced` is whether waiting keeps the process alive. */
export function interestOf(queue: SendQueue, receiver: Receiver, referenced: boolean): Interest {
  const waiting = queue.waiting || receiver.waiting ||
    (queue.blocked && queue.queuedBytes > 0)
  if (waiting) return referenced ? "wait" : "watch"
  return queue.inFlight.calls > 0 || receiver.draining ? "watch" : "none"
}

/** How long a connection can wait for news of room and of memory that came back: some milliseconds. */
export function patienceOf(queue: SendQueue, receiver: Receiver, closing: boolean): Patience {
  const sending = queue.blocked || queue.inFlight.calls > 0
  // Nobody reads any longer, and the last acknowledgement is no reason to serve a crowd early.
  if (closing) return sending ? "long" : "any"
  if (!sending) return "none"
  if (!receiver.waiting) return "long"
  const { patient } = receiver
  if (patient === undefined) return "short"
  return patient ? "long" : "none"
}
