import { awaitInstead, typeName } from "../../argument/mod.ts"
import { Lease } from "../../memory/mod.ts"

/** The error for a chunk that is not bytes. */
export function notAChunk(value: unknown): TypeError {
  if (value instanceof Uint8Array) {
    return new TypeError(
      "Cannot send a chunk that is a proxy for a Uint8Array, or derived from one. Write the Uint8Array " +
        "itself",
    )
  }
  return new TypeError(
    `Cannot send a chunk of type "${typeName(value)}": chunks are Uint8Arrays. ${cureFor(value)}`,
  )
}

function cureFor(value: unknown): string {
  if (typeof value === "string") {
    return "Encode text first, with new TextEncoder().encode(text) or a TextEncoderStream"
  }
  if (typeof value !== "object" || value === null) return "Convert it to bytes first"
  if (ArrayBuffer.isView(value)) {
    return "View its bytes with new Uint8Array(x.buffer, x.byteOffset, x.byteLength)"
  }
  if (Array.isArray(value)) return "Convert it with Uint8Array.from(x)"
  if (value instanceof Lease) return "Send leases with socket.send(lease)"
  if ("getReader" in value) return "Pipe it to `writable`, or pass it to sendFrom()"
  if ("stream" in value && "arrayBuffer" in value) return "Pipe its stream() to `writable`"
  if (/^(Shared)?ArrayBuffer$/.test(typeName(value))) return "View its bytes with new Uint8Array(x)"
  return awaitInstead(value) ?? "Convert it to bytes first"
}
