import { ZerowireError } from "../../error/mod.ts"
import { givenFile, streamOfOpenFile } from "../../tcp/mod.ts"

/** A file of the runtime that is a response's body, as `Bun.file`. */
export interface BodyFile {
  /** Its bytes; Infinity if that is not known. */
  readonly size: number
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>
}

/**
 * A stream of it that the kernel can send. What is no regular file, and a slice, which does not say where it
 * begins, is read by the runtime.
 *
 * @throws {ZerowireError} FileFailed, PermissionDenied
 */
export async function streamOfFile(
  file: BodyFile,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  try {
    const open = await givenFile(file, use).open()
    return streamOfOpenFile(open, 0, open.size)
  } catch (failure) {
    if (failure instanceof TypeError || isNoFile(failure)) return file.stream()
    throw failure
  }
}

/**
 * How long its body is, as far as this is known before it is read.
 *
 * @throws {ZerowireError} FileFailed, PermissionDenied
 */
export async function lengthOfFile(file: BodyFile): Promise<number | undefined> {
  try {
    const open = await givenFile(file, use).open()
    open.close()
    return open.size
  } catch (failure) {
    if (!(failure instanceof TypeError) && !isNoFile(failure)) throw failure
    return Number.isFinite(file.size) ? file.size : undefined
  }
}

const isNoFile = (failure: unknown): boolean =>
  failure instanceof ZerowireError && failure.reason._tag === "FileFailed" &&
  failure.reason.code === "NOT_A_FILE"

const use = { action: "send a response", example: 'new Response(Bun.file("film.mp4"))' }
