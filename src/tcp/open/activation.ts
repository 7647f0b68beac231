import process from "node:process"
import { NotActivated, ZerowireError } from "../../error/mod.ts"
import { surroundings } from "../../kernel/mod.ts"
import type { Kernel } from "../../kernel/port.ts"

/**
 * The file descriptor of a socket that the service manager has passed (sd_listen_fds(3)): `wanted` is its
 * number, counted from 0, or its name (`FileDescriptorName=` in systemd.socket(5)).
 *
 * The first call reads the environment and clears the variables there, so that programs that this process
 * starts do not take the sockets for their own. All of them get close-on-exec.
 *
 * @throws {ZerowireError} NotActivated, which says what was passed.
 */
export function activatedDescriptor(kernel: Kernel, wanted: string | number): number {
  passed ??= take(kernel)
  const { names, obstacle } = passed
  const index = typeof wanted === "number" ? wanted : names.indexOf(wanted)
  if (index >= 0 && index < names.length) return firstFd + index
  const why = obstacle ?? `the service manager has passed ${JSON.stringify(names)}`
  throw new ZerowireError(new NotActivated(wanted, why))
}

/** What was passed, by `names`; an `obstacle` says why that is nothing. */
interface Passed {
  readonly names: readonly string[]
  readonly obstacle?: string
}

let passed: Passed | undefined

function take(kernel: Kernel): Passed {
  const { variable } = surroundings()
  const found = namesOf({
    pid: variable("LISTEN_PID"),
    count: variable("LISTEN_FDS"),
    names: variable("LISTEN_FDNAMES"),
  }, process.pid)
  if (found.obstacle === undefined) {
    for (const name of variables) delete process.env[name]
    for (let i = 0; i < found.names.length; i++) kernel.closeOnExec(firstFd + i)
  }
  return found
}

/** The variables of a service manager. */
export interface ListenVariables {
  readonly pid: string | undefined
  readonly count: string | undefined
  readonly names: string | undefined
}

/** The names of the sockets that were passed to process `self`. */
export function namesOf({ pid, count, names }: ListenVariables, self: number): Passed {
  const nothing = (obstacle: string) => ({ names: [], obstacle })
  if (count === undefined || pid === undefined) {
    return nothing(
      "LISTEN_FDS and LISTEN_PID are not set. Start this program by a systemd.socket unit or " +
        "systemd-socket-activate; in Deno also give --allow-env=" + variables.join(","),
    )
  }
  if (pid !== String(self)) {
    return nothing(
      `LISTEN_PID is ${pid}, and this process is ${self}: the sockets are for another one. Start the ` +
        "program directly, not by a script that runs it",
    )
  }
  if (!/^[1-9][0-9]{0,5}$/.test(count)) {
    return nothing(`LISTEN_FDS is ${JSON.stringify(count)}, not a number of sockets`)
  }
  const given = names?.split(":") ?? []
  // systemd's own name for a socket without one.
  return { names: Array.from({ length: Number(count) }, (_, i) => given[i] ?? "unknown") }
}

/** SD_LISTEN_FDS_START (systemd/sd-daemon.h). */
const firstFd = 3

const variables = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]
