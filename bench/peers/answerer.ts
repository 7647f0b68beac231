import { createHash } from "node:crypto"
import { messageOf } from "../rivals/source.mjs"

/** What one connection brought to a peer that answers each message with its number modulo 256. */
export interface Exchanged {
  readonly bytes: number
  readonly sha256: string
  /** Whether bytes of a message came before the one before was answered. */
  readonly early: boolean
}

/** Why what came is not the messages, one by one, or nothing. */
export function flawInExchange(
  { bytes, sha256, early }: Exchanged,
  { messageBytes, messages }: { readonly messageBytes: number; readonly messages: number },
): string | undefined {
  const expected = messageBytes * messages
  if (bytes !== expected) return `${bytes} of ${expected} bytes arrived`
  const hash = createHash("sha256")
  const message = messageOf(messageBytes)
  for (let i = 0; i < messages; i++) hash.update(message)
  if (sha256 !== hash.digest("hex")) return "its messages did not arrive unaltered"
  return early ? "it did not wait for the answer" : undefined
}
