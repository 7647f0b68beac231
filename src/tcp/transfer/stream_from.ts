import { type Movable, withShortPipe } from "../streams/short_pipe.ts"
import { FileReading } from "./file_reading.ts"
import type { OpenFile } from "./open_file.ts"
import type { Part } from "./part.ts"
import { PartsReading } from "./parts_reading.ts"

/** The source of a stream that reads a file. */
interface Reading extends UnderlyingByteSource, Movable {
  /** Kept outside the stream, so that the file can be closed after the stream was collected. */
  readonly held: { readonly file?: OpenFile }
}

/** A byte stream from this source. Piped into a socket, the kernel moves its bytes. */
export function streamFrom(reading: Reading): ReadableStream<Uint8Array<ArrayBuffer>> {
  const stream = new ReadableStream(reading, { highWaterMark: 0 })
  withShortPipe(stream, reading)
  dropped.register(stream, reading.held)
  return stream
}

/** As `fileStream`, of a file that is open. The stream closes it. */
export const streamOfOpenFile = (
  file: OpenFile,
  start: number,
  end: number,
): ReadableStream<Uint8Array<ArrayBuffer>> => streamFrom(FileReading.of(file, start, end))

/** A stream of bytes and of ranges of an open file, in this order. The stream closes the file. */
export const streamOfParts = (
  file: OpenFile,
  parts: readonly Part[],
): ReadableStream<Uint8Array<ArrayBuffer>> => streamFrom(new PartsReading(file, parts))

/**
 * Closes the file of a stream that was neither read to its end nor cancelled. Otherwise Bun ends the
 * process.
 */
const dropped = new FinalizationRegistry<Reading["held"]>(({ file }) => file?.close())
