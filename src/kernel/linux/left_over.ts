import process from "node:process"
import { sockaddrIn6Bytes, writeUnspecified } from "../../../ffi/abi/sockaddr.ts"
import * as linux from "../../../ffi/constants.ts"
import { type Libc, libraries } from "../../../ffi/libc.ts"
import { NativeMemory } from "../../../ffi/memory.ts"

/**
 * Closes the file descriptors that the previous isolate left open, and returns a function that marks a
 * file descriptor, so that the next isolate finds it too.
 *
 * `deno run --watch` tells a program nothing after an uncaught error, and starts the next program when a
 * file changes: without this, its port would still be taken. The mark is the owner and number of the
 * signal for readable data, which is sent only if O_ASYNC is set (fcntl(2), F_SETOWN and F_SETSIG).
 */
export function leftOver(libc: Libc): (fd: number) => void {
  const scope = globalThis as { [swept]?: true }
  // A second copy of this library in the same isolate would close the first copy's file descriptors.
  if (scope[swept] !== true) sweep(libc)
  scope[swept] = true
  return (fd) => {
    libc.fcntl(fd, linux.F_SETOWN, process.pid)
    libc.fcntl(fd, linux.F_SETSIG, markSignal)
  }
}

function sweep(libc: Libc): void {
  const found = marked(libc)
  if (found.length === 0) return
  // The write end of a pipe: a thread waits until it is closed, and needs the others until it has woken.
  const wakes = (fd: number) => (libc.fcntl(fd, linux.F_GETFL, 0) & linux.O_WRONLY) !== 0
  const writeEnds = found.filter(wakes)
  for (const fd of writeEnds) libc.close(fd)
  if (writeEnds.length > 0) pause(libc, wakingMicros)
  const nobody = NativeMemory.allocate(libc.backend, sockaddrIn6Bytes)
  const length = writeUnspecified(nobody.buffer)
  for (const fd of found) {
    if (writeEnds.includes(fd)) continue
    // Only sockets accept this.
    libc.connect(fd, nobody, length)
    libc.close(fd)
  }
}

function marked(libc: Libc): readonly number[] {
  const found: number[] = []
  for (let fd = firstFd; fd < mostFds; fd++) {
    if (libc.fcntl(fd, linux.F_GETSIG, 0) !== markSignal) continue
    if (libc.fcntl(fd, linux.F_GETOWN, 0) === process.pid) found.push(fd)
  }
  return found
}

function pause({ backend }: Libc, micros: number): void {
  backend.load(libraries, { usleep: { args: ["uint"], result: "int" } }).usleep(micros)
}

const swept = Symbol.for("zerowire.swept")
/** The last signal number (SIGRTMAX). */
const markSignal = 64
const firstFd = 3
/** More than a program under development has open. */
const mostFds = 4096
const wakingMicros = 20_000
