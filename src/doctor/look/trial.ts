import process from "node:process"
import { connect } from "../../tcp/mod.ts"
import type { Trial } from "../facts.ts"

/**
 * Sends the same bytes by copy and zero-copy, in turn and over connections of their own, and compares what
 * that costs this process. The receiver gets zeros.
 */
export async function trial(hostname: string, port: number, bytes: number): Promise<Trial> {
  const costs = { never: Infinity, always: Infinity }
  let share = 0
  for (let round = 0; round < rounds; round++) {
    for (const zerocopy of ["never", "always"] as const) {
      const sent = await send(hostname, port, bytes, zerocopy)
      // Whatever else runs only adds to it.
      costs[zerocopy] = Math.min(costs[zerocopy], sent.seconds)
      share = sent.share
    }
  }
  const perGB = (seconds: number) => seconds / (bytes / 1e9)
  return { bytes, copying: perGB(costs.never), zerocopy: perGB(costs.always), share }
}

async function send(hostname: string, port: number, bytes: number, zerocopy: "never" | "always") {
  const before = process.cpuUsage()
  const socket = await connect({ hostname, port, zerocopy, ownership: "borrow" })
  try {
    const writer = socket.writable.getWriter()
    const memory = new Uint8Array(memoryBytes)
    for (let sent = 0, at = 0; sent < bytes; at = (at + chunkBytes) % memoryBytes) {
      const length = Math.min(chunkBytes, bytes - sent)
      await writer.ready
      // A failure of one fails `close`, too.
      writer.write(memory.subarray(at, at + length)).catch(() => {})
      sent += length
    }
    await writer.close()
    await socket.close()
  } catch (failure) {
    await socket.abort()
    throw failure
  }
  const { user, system } = process.cpuUsage(before)
  const { zerocopyBytes, unverifiedBytes, acceptedBytes } = socket.stats()
  return {
    seconds: (user + system) / 1e6,
    share: (zerocopyBytes + unverifiedBytes) / Math.max(1, acceptedBytes),
  }
}

const rounds = 3
const chunkBytes = 64 * 1024
const memoryBytes = 4 * 1024 * 1024
