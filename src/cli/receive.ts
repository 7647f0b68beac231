import type { Stats } from "node:fs"
import { open, stat } from "node:fs/promises"
import { dirname } from "node:path"
import process from "node:process"
import { listen, type Socket } from "../tcp/mod.ts"
import type { HostPort } from "./address.ts"
import { Progress } from "./progress.ts"

export interface ReceiveFlags {
  readonly keep?: boolean
  readonly quiet?: boolean
}

/** Receives one connection, or one after another, and returns the exit status. */
export async function receive(
  at: HostPort,
  file: string | undefined,
  { keep = false, quiet = false }: ReceiveFlags,
): Promise<number> {
  if (file === undefined && process.stdout.isTTY) {
    throw new TypeError("Cannot write bytes to a terminal: give a FILE, or redirect the output")
  }
  if (file !== undefined) await checkTarget(file)
  // When nobody reads it any more, the write that failed says so.
  if (file === undefined) process.stdout.on("error", () => {})
  const listener = await listen(at)
  const { hostname, port } = listener.addr
  if (!quiet) process.stderr.write(`Listening on ${hostname}, port ${port}\n`)
  if (!keep) {
    const socket = await listener.accept()
    listener.close()
    await take(socket, file, quiet)
    return 0
  }
  for await (const socket of listener) {
    await take(socket, file, quiet).catch((failure: Error) => {
      process.stderr.write(`zerowire: ${failure.message}\n`)
    })
  }
  return 0
}

/** Before anybody waits for a sender. The file is not created, or emptied, until one has come. */
async function checkTarget(file: string): Promise<void> {
  const cannot = `Cannot write to ${file}`
  const [there, folder] = await Promise.all([found(file), found(dirname(file))])
  if (there?.isDirectory()) throw new TypeError(`${cannot}: it is a folder. Name a file in it`)
  if (there === undefined && !folder?.isDirectory()) {
    throw new TypeError(`${cannot}: there is no folder ${dirname(file)}. Create it first`)
  }
}

/** What is there; nothing, too, if this cannot be told, and opening it then says why. */
const found = (path: string): Promise<Stats | undefined> => stat(path).catch(() => undefined)

async function take(socket: Socket, file: string | undefined, quiet: boolean): Promise<void> {
  const progress = new Progress(quiet, () => socket.stats().receivedBytes)
  try {
    const sink = file === undefined ? standardOutput : await fileSink(file)
    try {
      await drain(socket, sink)
    } finally {
      await sink.close()
    }
    await socket.close()
    progress.end("Received", socket.stats().receivedBytes)
  } catch (failure) {
    await socket.abort()
    throw failure
  } finally {
    progress.stop()
  }
}

/** One buffer is filled and written again and again. */
async function drain(socket: Socket, sink: Sink): Promise<void> {
  const reader = socket.readable.getReader({ mode: "byob" })
  let buffer = new ArrayBuffer(bufferBytes)
  for (;;) {
    const { done, value } = await reader.read(new Uint8Array(buffer))
    if (done) return
    await sink.write(value)
    buffer = value.buffer
  }
}

interface Sink {
  write(bytes: Uint8Array): Promise<void>
  close(): Promise<void>
}

async function fileSink(path: string): Promise<Sink> {
  const file = await open(path, "w")
  return {
    async write(bytes) {
      for (let written = 0; written < bytes.byteLength;) {
        written += (await file.write(bytes, written)).bytesWritten
      }
    },
    close: () => file.close(),
  }
}

const standardOutput: Sink = {
  // Once it is written, the buffer is filled again.
  write: (bytes) =>
    new Promise((resolve, reject) => {
      process.stdout.write(bytes, (failure) => failure ? reject(unread(failure)) : resolve())
    }),
  close: () => Promise.resolve(),
}

/** `head`, for one, ends when it has enough. */
const unread = (failure: Error): Error =>
  "code" in failure && failure.code === "EPIPE"
    ? new Error("Cannot write to standard output: the program that read it has ended (EPIPE)")
    : failure

const bufferBytes = 256 * 1024
