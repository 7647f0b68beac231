import { checkOptions } from "../../argument/mod.ts"
import { fileStreamTaker } from "../known_options.ts"
import { withShortPipe } from "../streams/short_pipe.ts"
import { FileReading } from "./file_reading.ts"
import { checkRange } from "./file_range.ts"
import { toFile } from "./given_file.ts"
import type { FileRange, RuntimeFile } from "./options.ts"

/**
 * A stream of a file, or of a range of one: a byte stream of the platform, to be used wherever one is. The
 * file is opened when somebody first reads, and nothing is read ahead of that.
 *
 * `stream.pipeTo(socket.writable)` has the kernel send the file from where it keeps it (sendfile(2)), as
 * `sendFile` does: its bytes never come into this process. All the rest is as with any pipe: both streams are locked while it
 * runs, `preventClose`, `preventAbort`, `preventCancel` and `signal` hold, and what was read before is not
 * sent again. `signal` ends it at once, and the stream then goes on behind the last byte that the kernel
 * has accepted. Into any other stream it is the platform's own `pipeTo`.
 *
 * `file` is a path, a `file:` URL, or what a program has already: a FileHandle of `node:fs/promises`, a
 * `Deno.FsFile`, a `Bun.file`. Files without a size (/proc, /sys) are read to their end first, up to 64 MiB.
 *
 * The stream fails with a ZerowireError: FileFailed when the file cannot be opened, has no such range
 * (PAST_END), or ends before its range does (SHRUNK); PermissionDenied under Deno without the permission to
 * read it.
 *
 * ```ts no-run
 * import { connect, fileStream } from "zerowire"
 *
 * const socket = await connect({ hostname: "192.0.2.1", port: 9000 })
 * await fileStream("film.mkv", { start: 1_000_000 }).pipeTo(socket.writable)
 * ```
 *
 * @throws {TypeError} for what is no file, and for options that there are not.
 * @throws {RangeError} unless 0 <= `start` <= `end`, both whole numbers.
 */
export function fileStream(
  file: string | URL | RuntimeFile,
  options: FileRange = {},
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const given = toFile(file, fileStreamTaker)
  checkOptions(fileStreamTaker, options)
  const { start = 0, end } = options
  checkRange("read", start, end)
  const reading = new FileReading(given, start, end)
  const stream = new ReadableStream(reading, { highWaterMark: 0 })
  withShortPipe(stream, reading)
  dropped.register(stream, reading.held)
  return stream
}

/** Closes the file of a stream that nobody has read to its end, or cancelled. Bun ends the process otherwise. */
const dropped = new FinalizationRegistry<FileReading["held"]>(({ file }) => file?.close())
