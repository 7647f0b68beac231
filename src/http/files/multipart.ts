import { randomBytes } from "node:crypto"
import { type FilePart, lengthOf, type Part } from "../../tcp/mod.ts"

/** A body of type multipart/byteranges. */
export interface Multipart {
  readonly contentType: string
  readonly parts: readonly Part[]
  /** Bytes of the body. */
  readonly length: number
}

/** The body for several ranges of a file of this size and type (RFC 9110, section 14.6). */
export function multipartOf(
  ranges: readonly FilePart[],
  size: number,
  contentType: string,
): Multipart {
  // Random, so that nobody can write a file that contains it.
  const boundary = randomBytes(10).toString("hex")
  const parts = ranges.flatMap((range) => [
    bytesOf(
      `\r\n--${boundary}\r\nContent-Type: ${contentType}\r\n` +
        `Content-Range: ${contentRange(range, size)}\r\n\r\n`,
    ),
    range,
  ])
  parts.push(bytesOf(`\r\n--${boundary}--\r\n`))
  const length = parts.reduce((sum, part) => sum + lengthOf(part), 0)
  return { contentType: `multipart/byteranges; boundary=${boundary}`, parts, length }
}

/** The value of Content-Range. */
export const contentRange = ({ start, end }: FilePart, size: number): string =>
  `bytes ${start}-${end - 1}/${size}`

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text)
