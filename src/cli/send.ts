import process from "node:process"
import { connect, type Socket } from "../tcp/mod.ts"
import type { HostPort } from "./address.ts"
import { Progress } from "./progress.ts"
import { onSignal } from "./on_signal.ts"
import { resetWhenKilled } from "./reset_when_killed.ts"

/** Sends a file, or standard input, and returns the exit status. */
export async function send(
  file: string,
  to: HostPort,
  { quiet = false }: { readonly quiet?: boolean },
): Promise<number> {
  const socket = resetWhenKilled(await connect(to))
  const progress = new Progress(quiet, () => socket.stats().acceptedBytes)
  onSignal(() => socket.abort())
  try {
    const bytes = file === "-" ? await sendInput(socket) : await socket.sendFile(file)
    // The FIN says that this was all of it.
    await socket.close()
    progress.end("Sent", bytes)
    return 0
  } catch (failure) {
    // A FIN would say that this was all of it.
    await socket.abort()
    throw failure
  } finally {
    progress.stop()
  }
}

async function sendInput(socket: Socket): Promise<number> {
  const writer = socket.writable.getWriter()
  let bytes = 0
  for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
    await writer.ready
    await writer.write(chunk)
    bytes += chunk.byteLength
  }
  await writer.close()
  return bytes
}
