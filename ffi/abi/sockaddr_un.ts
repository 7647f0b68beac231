import { AF_UNIX } from "../constants.ts"

/** Bytes of a `struct sockaddr_un`, the largest address used here. */
export const sockaddrUnBytes = 110
/** Where `sun_path` begins. */
export const sockaddrUnPathOffset = 2
/** The longest path in bytes, which leaves room for its final zero byte (unix(7)). */
export const longestUnixPath: number = sockaddrUnBytes - sockaddrUnPathOffset - 1

/** The address of a Unix domain socket. */
export interface UnixAddress {
  readonly family: "unix"
  /** A path, or an abstract name, which begins with a zero character. */
  readonly path: string
}

/**
 * Writes the address at the start of `memory` and returns its length in bytes.
 *
 * @throws {RangeError} if the path is too long.
 */
export function writeUnixSockaddr(memory: ArrayBuffer, path: string): number {
  const bytes = encoder.encode(path)
  if (bytes.length > longestUnixPath) {
    throw new RangeError(`Cannot use a path of ${bytes.length} bytes for a Unix domain socket`)
  }
  new DataView(memory).setUint16(0, AF_UNIX, true)
  const target = new Uint8Array(
    memory,
    sockaddrUnPathOffset,
    sockaddrUnBytes - sockaddrUnPathOffset,
  )
  target.fill(0)
  target.set(bytes)
  // A path ends with a zero byte, and an abstract name with its last byte (unix(7)).
  return sockaddrUnPathOffset + bytes.length + (isAbstract(path) ? 0 : 1)
}

/**
 * Reads the address in the first `length` bytes of `memory`: its path, or an empty one if the socket has
 * none; nothing if it is of another family.
 */
export function readUnixSockaddr(memory: ArrayBuffer, length: number): string | undefined {
  if (new DataView(memory).getUint16(0, true) !== AF_UNIX) return undefined
  const end = Math.min(length, memory.byteLength)
  if (end <= sockaddrUnPathOffset) return ""
  const name = new Uint8Array(memory, sockaddrUnPathOffset, end - sockaddrUnPathOffset)
  if (name[0] === 0) return decoder.decode(name)
  const zero = name.indexOf(0)
  return decoder.decode(zero < 0 ? name : name.subarray(0, zero))
}

/** Whether it is a name outside of the file system (unix(7)). */
export const isAbstract = (path: string): boolean => path.startsWith("\0")

const encoder = new TextEncoder()
// Without this a path that begins with a byte order mark would lose it.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true })
