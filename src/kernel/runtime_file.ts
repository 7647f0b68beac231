import * as linux from "../../ffi/constants.ts"
import { type FileIdentity, readIdentity, statxBytes } from "../../ffi/abi/statx.ts"
import { type Libc, libc } from "../../ffi/libc.ts"
import { NativeMemory } from "../../ffi/memory.ts"

/** What has to be known of a file that this process has open, so that it can be opened once more. */
export interface RuntimeFiles {
  /** A file descriptor of this process that this file can be read by, or nothing. */
  find(file: Readonly<Record<keyof FileIdentity, number>>): number | undefined
  /** What the file of a descriptor is called now, or nothing when it has no name any more. */
  pathOf(fd: number): string | undefined
}

/** The files of this process, on the kernel of this machine. */
export const runtimeFiles = (): RuntimeFiles => files ??= new LinuxRuntimeFiles(libc())

let files: RuntimeFiles | undefined

class LinuxRuntimeFiles implements RuntimeFiles {
  readonly #libc: Libc
  readonly #status: NativeMemory
  readonly #limit: NativeMemory
  readonly #link: NativeMemory
  readonly #target: NativeMemory

  constructor(libc: Libc) {
    this.#libc = libc
    this.#status = NativeMemory.allocate(libc.backend, statxBytes)
    this.#limit = NativeMemory.allocate(libc.backend, 16)
    this.#link = NativeMemory.allocate(libc.backend, linkBytes)
    this.#target = NativeMemory.allocate(libc.backend, pathBytes)
  }

  find({ dev, ino }: Readonly<Record<keyof FileIdentity, number>>): number | undefined {
    const end = this.#fdLimit()
    for (let fd = 0; fd < end; fd++) {
      if (this.#libc.statx(fd, linux.STATX_INO, this.#status) < 0) continue
      // The runtimes give both as numbers, which are not exact above 2⁵³.
      const found = readIdentity(this.#status.buffer)
      if (Number(found.ino) !== ino || Number(found.dev) !== dev) continue
      const flags = this.#libc.fcntl(fd, linux.F_GETFL, 0)
      if (flags >= 0 && (flags & linux.O_ACCMODE) !== linux.O_WRONLY) return fd
    }
    return undefined
  }

  pathOf(fd: number): string | undefined {
    encoder.encodeInto(`/proc/self/fd/${fd}\0`, new Uint8Array(this.#link.buffer))
    const n = this.#libc.readlink(this.#link, this.#target)
    if (n <= 0 || n === pathBytes) return undefined
    return decoder.decode(new Uint8Array(this.#target.buffer, 0, n))
  }

  #fdLimit(): number {
    const n = this.#libc.getrlimit(linux.RLIMIT_NOFILE, this.#limit)
    const soft = new BigUint64Array(this.#limit.buffer)[0]
    return n < 0 || soft > maxFds ? Number(maxFds) : Number(soft)
  }
}

const encoder = new TextEncoder()
// Without this a name that begins with a byte order mark would lose it.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

/** More than "/proc/self/fd/" and ten digits. */
const linkBytes = 32
/** PATH_MAX. */
const pathBytes = 4096
/** The default of /proc/sys/fs/nr_open: no process has higher numbers unless that was raised. */
const maxFds = 1n << 20n
