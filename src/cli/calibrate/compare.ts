import process from "node:process"
import type { Socket } from "../../tcp/mod.ts"
import type { HostPort } from "../address.ts"
import { median } from "../median.ts"
import type { Pair } from "./crossover.ts"
import { type Calls, sendCalls, type Way } from "./send_calls.ts"

/** What calls of one size cost, both ways. */
export interface Compared extends Pair {
  /** The least and the most of the rounds. */
  readonly spread: readonly [least: number, most: number]
  /** Medians, in CPU seconds of this process for 10⁹ bytes. */
  readonly secondsPerGB: Readonly<Record<Way, number>>
}

/**
 * Sends as many bytes by copy as zero-copy, in turn, round after round, so that the machine behaves the same
 * for both.
 *
 * @throws {Error} if not all of them could be sent zero-copy.
 */
export async function compare(
  to: HostPort,
  chunkBytes: number,
  totalBytes: number,
  rounds: number,
): Promise<Compared> {
  const calls = { ...to, chunkBytes, totalBytes }
  const seconds: Record<Way, number[]> = { never: [], always: [] }
  for (let round = 0; round < rounds; round++) {
    for (const way of ["never", "always"] as const) {
      seconds[way].push(await cpuOf({ ...calls, way }))
    }
  }
  const ratios = seconds.always.map((cpu, i) => cpu / seconds.never[i]).sort((a, b) => a - b)
  const perGB = (way: Way) => median(seconds[way]) / (totalBytes / 1e9)
  return {
    bytes: chunkBytes,
    ratio: median(ratios),
    spread: [ratios[0], ratios[ratios.length - 1]],
    secondsPerGB: { never: perGB("never"), always: perGB("always") },
  }
}

/** Compilers count calls, and are done after this. */
export async function warmUp(to: HostPort, bytes: number): Promise<void> {
  const totalBytes = Math.min(bytes, 32 * 1024 * 1024)
  for (const way of ["never", "always"] as const) {
    await cpuOf({ ...to, chunkBytes: 16 * 1024, totalBytes, way })
  }
}

/** CPU seconds of this process, user and system. */
async function cpuOf(calls: Calls): Promise<number> {
  const before = process.cpuUsage()
  const socket = await sendCalls(calls)
  const { user, system } = process.cpuUsage(before)
  if (calls.way === "always") checkZerocopy(socket, calls.hostname)
  return (user + system) / 1e6
}

/** Otherwise copying would be compared with copying. */
function checkZerocopy(socket: Socket, hostname: string): void {
  const { zerocopy: { sends, kernelCopiedIds }, copiedBytes, acceptedBytes } = socket.stats()
  if (sends === 0 || kernelCopiedIds > 0) {
    throw new Error(
      `Cannot calibrate: the kernel copies what is sent to ${hostname}. ` +
        `"zerowire doctor ${hostname}" says why`,
    )
  }
  if (copiedBytes > acceptedBytes / 10) {
    throw new Error(
      `Cannot calibrate: ${copiedBytes} of ${acceptedBytes} bytes could not be sent zero-copy. ` +
        '"zerowire doctor" says which limit is too low',
    )
  }
}
