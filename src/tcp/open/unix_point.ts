import type { BigIntStats } from "node:fs"
import { resolve } from "node:path"
import { builtin } from "../../kernel/mod.ts"
import { errno, isAbstract, type Kernel } from "../../kernel/port.ts"
import { formatPath, type NetAddress, toNetAddress } from "../address.ts"
import { inTurn, type ListeningPoint, unix } from "./listening_point.ts"

/** How to listen on a path. */
export interface UnixPointOptions {
  readonly backlog: number
  /** The permissions of the file; those of the umask without it. */
  readonly mode: number | undefined
}

/** A path of a Unix domain socket, or an abstract name. */
export class UnixPoint implements ListeningPoint {
  readonly kind = "path"
  readonly name: string
  readonly #path: string
  readonly #options: UnixPointOptions
  /** The file that `open` has made; nothing for an abstract name. */
  #file: MadeFile | undefined

  constructor(path: string, options: UnixPointOptions) {
    this.name = formatPath(path)
    this.#path = path
    this.#options = options
  }

  open(kernel: Kernel): number {
    const { backlog, mode } = this.#options
    const fd = kernel.socket("unix")
    const n = inTurn([
      () => fd,
      () => this.#bind(kernel, fd),
      // Nobody can connect before the socket listens, so nobody slips in under the umask's permissions.
      () => mode === undefined || isAbstract(this.#path) ? 0 : setMode(this.#path, mode),
      () => kernel.listen(fd, backlog),
    ])
    if (n >= 0) return fd
    if (fd >= 0) this.close(kernel, fd)
    return n
  }

  address(): NetAddress {
    return toNetAddress(unix(this.#path))
  }

  close(kernel: Kernel, fd: number): void {
    const file = this.#file
    this.#file = undefined
    // Somebody may have replaced the file, and then it is not ours to remove.
    if (file !== undefined && identityOf(file.path) === file.identity) unlink(file.path)
    // Last, because the kernel may give its inode to another file afterwards.
    kernel.close(fd)
  }

  #bind(kernel: Kernel, fd: number): number {
    let n = kernel.bind(fd, unix(this.#path))
    if (n === -errno.EADDRINUSE && isLeftOver(kernel, this.#path)) {
      unlink(this.#path)
      n = kernel.bind(fd, unix(this.#path))
    }
    if (n >= 0 && !isAbstract(this.#path)) this.#file = madeAt(this.#path)
    return n
  }
}

/** A file and its absolute path: the working directory may change before it is removed. */
interface MadeFile {
  readonly path: string
  readonly identity: string
}

function madeAt(path: string): MadeFile | undefined {
  const identity = identityOf(path)
  return identity === undefined ? undefined : { path: resolve(path), identity }
}

/**
 * Whether the file belongs to a server that has died: it is a socket, and nobody listens there. Connecting
 * is the only way to tell.
 */
function isLeftOver(kernel: Kernel, path: string): boolean {
  if (isAbstract(path) || !isSocket(path)) return false
  const probe = kernel.socket("unix")
  if (probe < 0) return false
  const n = kernel.connect(probe, unix(path))
  kernel.close(probe)
  return n === -errno.ECONNREFUSED
}

const isSocket = (path: string): boolean => statusOf(path)?.isSocket() ?? false

/** Tells a file from another one of the same name. */
function identityOf(path: string): string | undefined {
  const status = statusOf(path)
  return status === undefined ? undefined : `${status.dev}:${status.ino}`
}

/** Nothing if there is no file, or if it cannot be looked at any more. */
function statusOf(path: string): BigIntStats | undefined {
  try {
    return builtin.fs.lstatSync(path, { bigint: true })
  } catch {
    return undefined
  }
}

function setMode(path: string, mode: number): number {
  try {
    builtin.fs.chmodSync(path, mode)
    return 0
  } catch (failure) {
    return -Math.abs((failure as { errno?: number }).errno ?? errno.EACCES)
  }
}

/** Whoever has removed it first has done what was wanted. */
function unlink(path: string): void {
  try {
    builtin.fs.unlinkSync(path)
  } catch {
    // A file that cannot be removed stays; `bind` says so.
  }
}
