import { type ChildProcess, spawn, type SpawnOptions, spawnSync } from "node:child_process"
import process from "node:process"
import * as linux from "../ffi/constants.ts"
import { errnoName } from "../ffi/errno.ts"
import { libc } from "../ffi/libc.ts"
import { cString } from "./c_string.ts"

/**
 * A network namespace without a name. It exists as long as its file descriptor and the processes in it,
 * so it disappears with them, however this process ends.
 */
export class Namespace {
  readonly #fd: number

  private constructor(fd: number) {
    this.#fd = fd
  }

  /** Creates an empty namespace, with only a loopback device, which is down. */
  static open(): Namespace {
    const own = check("open the network namespace", openOwn())
    try {
      check("create a network namespace", libc().unshare(linux.CLONE_NEWNET))
      try {
        return new Namespace(check("open the new network namespace", openOwn()))
      } finally {
        check("go back to the first network namespace", libc().setns(own, linux.CLONE_NEWNET))
      }
    } finally {
      libc().close(own)
    }
  }

  /** Where other processes find it while this one lives. */
  get path(): string {
    return `/proc/${process.pid}/fd/${this.#fd}`
  }

  /**
   * Runs `action` with the JavaScript thread in this namespace. Sockets that are opened meanwhile belong
   * to this namespace for ever, so nothing else may run at the same time.
   */
  inside<T>(action: () => T): T {
    const own = check("open the network namespace", openOwn())
    const leave = () => {
      check("go back to the first network namespace", libc().setns(own, linux.CLONE_NEWNET))
      libc().close(own)
    }
    check("enter the network namespace", libc().setns(this.#fd, linux.CLONE_NEWNET))
    let result: T
    try {
      result = action()
    } catch (failure) {
      leave()
      throw failure
    }
    if (!(result instanceof Promise)) {
      leave()
      return result
    }
    return result.finally(leave) as T
  }

  /** Starts a command here. The child's process id is the command's own. */
  spawn(command: readonly string[], options: SpawnOptions = {}): ChildProcess {
    return spawn("nsenter", [`--net=${this.path}`, "--", ...command], options)
  }

  /**
   * Runs a command here to its end, and returns what it printed.
   *
   * @throws {Error} with its standard error, if it failed.
   */
  run(...command: string[]): string {
    return runCommand(["nsenter", `--net=${this.path}`, "--", ...command])
  }

  /** Writes a file in /proc/sys/net, which shows every process its own namespace. */
  sysctl(name: string, value: string | number): void {
    this.run("sh", "-c", 'printf %s "$2" > "/proc/sys/net/$1"', "sh", name, String(value))
  }

  close(): void {
    libc().close(this.#fd)
  }
}

/** @throws {Error} with the command's standard error, if it failed. */
export function runCommand([name, ...args]: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(name, args, { encoding: "utf8" })
  if (status === 0) return stdout
  throw new Error(`Cannot run "${[name, ...args].join(" ")}": ${error?.message ?? stderr.trim()}`)
}

/** Returns a result that is not an error. */
export function check(action: string, n: number): number {
  if (n >= 0) return n
  throw new Error(`Cannot ${action}: ${errnoName(-n)}`)
}

/** A namespace belongs to a thread, and /proc/self is the process's first thread. */
const openOwn = (): number => libc().open(ownNamespace, linux.O_RDONLY | linux.O_CLOEXEC)
const ownNamespace = cString("/proc/thread-self/ns/net")
