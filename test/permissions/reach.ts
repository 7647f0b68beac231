/**
 * Tries to reach the given target with its permissions, and prints the result. Run in Deno by
 * `permissions_test.ts`.
 *
 * @module
 */
import { open } from "node:fs/promises"
import process from "node:process"
import { connect, fileStream, listen, sendFile } from "../../src/mod.ts"

const [action, hostname, port] = process.argv.slice(2)

try {
  if (action === "connect") {
    const socket = await connect({ hostname, port: Number(port), zerocopy: "always" })
    const writer = socket.writable.getWriter()
    await writer.write(new Uint8Array(100_000).fill(7))
    await writer.write(new Uint8Array(100).fill(7))
    await writer.close()
    const answer = await new Response(socket.readable).text()
    await socket.close()
    say({ answer, sends: socket.stats().zerocopy.sends })
  } else if (action === "send") {
    const socket = await connect({ port: Number(port) })
    const sent = await sendFile(socket, hostname)
    await socket.close()
    say({ answer: String(sent) })
  } else if (action === "held") {
    const file = await open(hostname)
    const socket = await connect({ port: Number(port) })
    const sent = await sendFile(socket, file)
    await socket.close()
    await file.close()
    say({ answer: String(sent) })
  } else if (action === "pipe") {
    const socket = await connect({ port: Number(port) })
    await fileStream(hostname).pipeTo(socket.writable)
    await socket.close()
    say({ answer: String(socket.stats().fileBytes) })
  } else if (action === "connect-path") {
    await connect({ path: hostname.replace(/^@/, "\0") })
  } else if (action === "listen-path") {
    const listener = await listen({ path: hostname.replace(/^@/, "\0") })
    say({ answer: "listens" })
    listener.close()
  } else {
    const listener = await listen({ hostname, port: Number(port) })
    say({ answer: "listens" })
    listener.close()
  }
} catch (failure) {
  const { name, message, cause, reason } = failure as Error & { reason?: { _tag: string } }
  say({ name, message, reason: reason?._tag, cause: (cause as Error | undefined)?.name })
}

function say(result: unknown): void {
  process.stdout.write(JSON.stringify(result) + "\n")
}
