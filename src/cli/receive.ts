import { open } from "node:fs/promises"
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
      process.stdout.write(bytes, (failure) => failure ? reject(failure) : resolve())
    }),
  close: () => Promise.resolve(),
}

const bufferBytes = 256 * 1024
