import { createHash } from "node:crypto"
import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs"
import { arch } from "node:os"
import { fileURLToPath } from "node:url"
import { ownStream } from "../src/cli/bench/own.ts"

/** A file cannot be streamed; the message says why and what to do. */
export class FileProblem extends Error {}

/**
 * Checks a file before anything is started.
 *
 * @throws {FileProblem} unless it is a readable file that is not empty.
 */
export function checkFile(path: string): number {
  try {
    const { size, isFile } = describe(path)
    if (!isFile) throw new FileProblem(`Cannot stream "${path}": it is not a file. Name a file`)
    closeSync(openSync(path, "r"))
    if (size === 0) throw new FileProblem(`Cannot stream "${path}": it is empty. Name another file`)
    return size
  } catch (failure) {
    if (failure instanceof FileProblem) throw failure
    throw new FileProblem(`Cannot stream "${path}": ${explain(failure)}`)
  }
}

/**
 * A file as a stream: the runtime's own, or with `chunkBytes` one whose chunks all have that size, except
 * the last.
 */
export async function streamOf(
  path: string,
  chunkBytes?: number,
): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  if (chunkBytes !== undefined) return inChunks(path, chunkBytes)
  return await ownStream(path)
}

/**
 * A file to send before `file`: large enough for the compilers, and no larger than `file`, because sending it
 * takes time.
 */
export const warmUpFor = (file: string): string =>
  existsSync(compiler) && statSync(compiler).size < statSync(file).size ? compiler : file

/** The SHA-256 of a file, in hexadecimal. */
export async function hashOf(path: string): Promise<string> {
  const hash = createHash("sha256")
  for await (const chunk of await streamOf(path)) hash.update(chunk)
  return hash.digest("hex")
}

function inChunks(path: string, chunkBytes: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  const fd = openSync(path, "r")
  return new ReadableStream({
    pull(controller) {
      const chunk = new Uint8Array(chunkBytes)
      const n = readSync(fd, chunk)
      if (n > 0) return controller.enqueue(n === chunkBytes ? chunk : chunk.slice(0, n))
      closeSync(fd)
      controller.close()
    },
    cancel: () => closeSync(fd),
  })
}

function describe(path: string): { size: number; isFile: boolean } {
  const stat = statSync(path)
  return { size: stat.size, isFile: stat.isFile() }
}

function explain(failure: unknown): string {
  const code = (failure as { code?: string }).code
  if (code === "ENOENT") return "there is no such file. Check the name"
  if (code === "EACCES" || code === "EPERM") return "it may not be read. Check its permissions"
  return failure instanceof Error ? failure.message : String(failure)
}

/** TypeScript's, 24 MB. */
const compiler = fileURLToPath(
  new URL(`../node_modules/@typescript/typescript-linux-${arch()}/lib/tsc`, import.meta.url),
)
