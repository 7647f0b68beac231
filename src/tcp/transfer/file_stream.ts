import { checkOptions } from "../../argument/mod.ts"
import { fileStreamTaker } from "../known_options.ts"
import { FileReading } from "./file_reading.ts"
import { checkRange } from "./file_range.ts"
import { toFile } from "./given_file.ts"
import { OpenFile } from "./open_file.ts"
import type { FileRange, RuntimeFile } from "./options.ts"
import { streamFrom } from "./stream_from.ts"

/**
 * A stream of a file, or of a range of one: an ordinary byte stream, for use anywhere. The file is opened
 * at the first read, and nothing is read ahead of it.
 *
 * `stream.pipeTo(socket.writable)` has the kernel send the file from its page cache (sendfile(2)), as
 * `sendFile` does: its bytes never enter this process. Everything else is as with any pipe: both streams
 * are locked while it runs, `preventClose`, `preventAbort`, `preventCancel` and `signal` apply, and bytes
 * that were already read are not sent again. `signal` ends it within 0.2 s, and the stream then continues
 * after the last byte that the kernel has accepted. Into any other stream it is the runtime's own
 * `pipeTo`.
 *
 * `file` is a path, a `file:` URL, or an existing file object: a FileHandle of `node:fs/promises`, a
 * `Deno.FsFile`, a `Bun.file`. Files without a size (/proc, /sys) are first read to the end, up to 64
 * MiB.
 *
 * The stream fails with a ZerowireError: FileFailed if the file cannot be opened, does not have the range
 * (PAST_END), or ends before its range does (SHRUNK); PermissionDenied if Deno does not permit reading
 * it.
 *
 * ```ts no-run
 * import { connect, fileStream } from "zerowire"
 *
 * const socket = await connect({ hostname: "192.0.2.1", port: 9000 })
 * await fileStream("film.mkv", { start: 1_000_000 }).pipeTo(socket.writable)
 * ```
 *
 * @throws {TypeError} if `file` is not a file, and for unknown options.
 * @throws {RangeError} unless `start` and `end` are whole numbers and 0 <= `start` <= `end`.
 */
export function fileStream(
  file: string | URL | RuntimeFile,
  options: FileRange = {},
): ReadableStream<Uint8Array<ArrayBuffer>> {
  const given = toFile(file, fileStreamTaker)
  checkOptions(fileStreamTaker, options)
  const { start = 0, end } = options
  checkRange("read", start, end)
  const openNow = () => OpenFile.openNow(given)
  return streamFrom(new FileReading(() => OpenFile.open(given), start, end, openNow))
}
