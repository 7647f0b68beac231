/** Files for a simulated kernel, which has none of its own. */
import { closeSync, openSync, readSync, statSync } from "node:fs"
import { type Courier, errno, type Kernel } from "../src/kernel/port.ts"
import { toFile } from "../src/tcp/transfer/given_file.ts"
import { OpenFile } from "../src/tcp/transfer/open_file.ts"
import type { Simulation } from "../src/testing.ts"

/**
 * Lets `sendFile` of a simulated kernel read files of this machine, and send the bytes as any other bytes
 * that it copies.
 */
export function giveFiles(kernel: Kernel): void {
  const vector = kernel.vector(1)
  kernel.sendFile = (fd, file, offset, count) => {
    if (file < 0) return -errno.EBADF
    const bytes = new Uint8Array(Math.min(count, mostBytes))
    const n = readAt(file, bytes, offset)
    if (n === 0) return 0
    vector.set(0, kernel.memoryOf(bytes.buffer), 0, n)
    try {
      return kernel.send(fd, vector, 1, 0)
    } finally {
      vector.clear()
    }
  }
  const { courier } = kernel
  kernel.courier = () => withFiles(kernel, courier.call(kernel))
  kernel.cachedPages = () => Infinity
  kernel.identityOf = (file) => {
    const { dev, ino } = statSync(`/proc/self/fd/${file}`, { bigint: true })
    return { dev, ino }
  }
}

/** Deno reads no file descriptor that it has not opened itself. */
function readAt(file: number, bytes: Uint8Array, offset: number): number {
  const fd = openSync(`/proc/self/fd/${file}`, "r")
  try {
    return readSync(fd, bytes, 0, bytes.byteLength, offset)
  } finally {
    closeSync(fd)
  }
}

/** `courier`, which sends the bytes of a file as others that it copies. */
function withFiles(kernel: Kernel, courier: Courier): Courier {
  const vector = kernel.vector(1)
  courier.sendFile = (fd, file, offset, count, done) => {
    const bytes = new Uint8Array(count)
    const n = readAt(file, bytes, offset)
    if (n === 0) return queueMicrotask(() => done(0))
    vector.set(0, kernel.memoryOf(bytes.buffer), 0, n)
    courier.send(fd, vector, 1, 0, done)
  }
  return courier
}

/**
 * Opens a file before it is asked for, `times` times. The runtime opens one in real time, in which a busy
 * machine lets seconds of virtual time pass: timeouts would end meanwhile.
 */
export async function openedBefore(path: string, times: number): Promise<Disposable> {
  const { open } = OpenFile
  const given = toFile(path, { action: "test", example: "" })
  const files = await Promise.all(Array.from({ length: times }, () => OpenFile.open(given)))
  OpenFile.open = (file) => {
    const first = files.shift()
    return first === undefined ? open.call(OpenFile, file) : Promise.resolve(first)
  }
  return {
    [Symbol.dispose]: () => {
      OpenFile.open = open
      for (const file of files) file.close()
    },
  }
}

/**
 * Runs `body` as `simulation.run` does, and lets it wait for files too: virtual time goes on meanwhile, some
 * milliseconds at a time.
 */
export async function runWithFiles<T>(
  simulation: Simulation,
  body: () => Promise<T>,
): Promise<T> {
  return await simulation.run(async () => {
    let over = false
    const ticking = (async () => {
      while (!over) await simulation.sleep(20)
    })()
    try {
      return await body()
    } finally {
      over = true
      await ticking
    }
  }, patience)
}

/** Milliseconds of virtual time: whoever waits longer waits for ever. */
const patience = 200_000

const mostBytes = 64 * 1024
