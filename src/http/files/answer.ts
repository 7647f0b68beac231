import { type FilePart, type OpenFile, streamOfOpenFile, streamOfParts } from "../../tcp/mod.ts"
import { markOwn } from "../response/own_response.ts"
import { judge, rangesCount } from "./conditions.ts"
import { contentRange, multipartOf } from "./multipart.ts"
import { parseRanges } from "./ranges.ts"
import { addValidators, type EtagStrength, isGenerated, validatorsIn } from "./validators.ts"

/** What of a request an answer depends on. */
export interface FileRequest {
  /** GET, HEAD, … */
  readonly method: string
  /** Its headers. Those of conditions and ranges count. */
  readonly headers: Headers
}

/** How to answer. */
export interface Answer {
  readonly status: number
  readonly statusText?: string
  /** The answer's own, which are changed here. They have a Content-Type. */
  readonly headers: Headers
  readonly etag: EtagStrength
  /** The most ranges that are answered. */
  readonly ranges: number
  /** The content coding that the file has. */
  readonly coding?: string
}

/** Answers with an open file. The answer closes it, at once if it has no body. */
export function answer(file: OpenFile, request: FileRequest, how: Answer): Response {
  try {
    const response = markOwn(respond(file, request, how))
    if (response.body === null) file.close()
    return response
  } catch (failure) {
    file.close()
    throw failure
  }
}

function respond(file: OpenFile, { method, headers: asked }: FileRequest, how: Answer): Response {
  const { headers, status, etag, coding } = how
  const now = Date.now()
  const noBody = method === "HEAD"
  const whole = { start: 0, end: file.size }
  addValidators(headers, file, { strength: etag, now, ...(coding !== undefined && { coding }) })
  const plain = () => bodyOf(file, whole, noBody, how)
  // Conditions count only where the answer without them is a success.
  if (status !== 200 || method !== "GET" && method !== "HEAD") return plain()
  const validators = validatorsIn(headers, file, now)
  const verdict = judge(asked, validators)
  if (verdict === "not modified") return bare(304, headers, contentHeaders)
  if (verdict === "failed") return bare(412, headers, fileHeaders)
  if (isGenerated(file)) return plain()

  const counts = method === "GET" && rangesCount(asked, validators)
  const ranges = parseRanges(counts ? asked.get("range") : null, file.size, how.ranges)
  if (ranges === "whole") {
    headers.set("accept-ranges", how.ranges > 0 ? "bytes" : "none")
    return plain()
  }
  if (ranges === "unsatisfiable") {
    headers.set("content-range", `bytes */${file.size}`)
    return bare(416, headers, fileHeaders)
  }
  if (ranges.length === 1) {
    headers.set("content-range", contentRange(ranges[0], file.size))
    return bodyOf(file, ranges[0], false, { ...how, status: 206 })
  }
  const type = headers.get("content-type") ?? "application/octet-stream"
  const { contentType, parts, length } = multipartOf(ranges, file.size, type)
  headers.set("content-type", contentType)
  headers.set("content-length", String(length))
  return new Response(streamOfParts(file, parts), { status: 206, headers })
}

function bodyOf(
  file: OpenFile,
  { start, end }: FilePart,
  noBody: boolean,
  { status, statusText = "", headers }: Answer,
): Response {
  headers.set("content-length", String(end - start))
  const body = noBody || start === end ? null : streamOfOpenFile(file, start, end)
  return new Response(body, { status, statusText, headers })
}

function bare(status: number, headers: Headers, without: readonly string[]): Response {
  for (const name of without) headers.delete(name)
  return new Response(null, { status, headers })
}

/** Headers about a body that is not sent. */
const contentHeaders = ["content-type", "content-encoding", "content-language", "content-length"]

/** Headers about a file that the answer does not have. */
const fileHeaders = [
  ...contentHeaders,
  ...["cache-control", "etag", "expires", "last-modified"],
]
