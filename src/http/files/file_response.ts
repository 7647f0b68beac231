import { atLeast, checkOptions, oneOf } from "../../argument/mod.ts"
import { givenFile, type RuntimeFile } from "../../tcp/mod.ts"
import { answer, type FileRequest } from "./answer.ts"
import { fileResponseTaker } from "./known_options.ts"
import { mediaTypeOf } from "./media_type.ts"
import type { FileResponseInit } from "./options.ts"
import { mostRanges } from "./ranges.ts"
import { etagStrengths } from "./validators.ts"

/**
 * A Response with a file: Content-Type by the file's name, Content-Length, ETag, Last-Modified, and, if
 * the request is given, what its headers ask for. It resolves when the file is open, and the answer is
 * about this very file, whatever is renamed or replaced meanwhile.
 *
 * Conditions (If-Match, If-Unmodified-Since, If-None-Match, If-Modified-Since, If-Range) are evaluated as
 * RFC 9110 says, for GET and HEAD: 304 or 412. Range, for GET alone: 206 with one range, or with several as
 * multipart/byteranges; 416 if the file has none of them. HEAD gets the headers without a body. Files
 * without a size (/proc, /sys) are read to the end first, and have neither validators nor ranges.
 *
 * The body is a byte stream as of `fileStream`: a Zerowire server or socket has the kernel send it, any
 * other server reads it. The file is closed at its end, when it is cancelled, and when the Response is
 * dropped. If the file shrinks meanwhile, the stream fails with FileFailed (SHRUNK).
 *
 * ```ts no-run
 * import { fileResponse } from "zerowire/http"
 *
 * export default { fetch: (request: Request) => fileResponse("film.mp4", request) }
 * ```
 *
 * @throws {TypeError} if `file` is not a file, for unknown options, and for a status that has no body.
 * @throws {RangeError} if `status` is not from 200 to 599.
 * @throws {ZerowireError} FileFailed if the file cannot be opened, with a `code` as ENOENT;
 * PermissionDenied if Deno does not permit reading it.
 */
export async function fileResponse(
  file: string | URL | RuntimeFile,
  request: FileRequest = { method: "GET", headers: new Headers() },
  init: FileResponseInit = {},
): Promise<Response> {
  const given = givenFile(file, fileResponseTaker)
  checkOptions(fileResponseTaker, init)
  const { status = 200, statusText = "" } = init
  if (bodiless.has(status)) {
    throw new TypeError(`Cannot answer with a file and status ${status}, which has no body`)
  }
  const etag = oneOf("etag", etagStrengths, init.etag, "strong")
  const ranges = atLeast("ranges", init.ranges ?? mostRanges, 0)
  const headers = new Headers(init.headers)
  if (!headers.has("content-type")) headers.set("content-type", mediaTypeOf(given.name))
  const open = given.openNow() ?? await given.open()
  return answer(open, request, { status, statusText, headers, etag, ranges })
}

/** Bun would send the body all the same. */
const bodiless = new Set([204, 205, 304])
