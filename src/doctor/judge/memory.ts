import { notificationsIn } from "../../zerocopy/mod.ts"
import type { Facts, Memlock } from "../facts.ts"
import type { Finding } from "../finding.ts"
import { inBytes } from "./units.ts"

export function onLocked(memlock: Memlock): readonly Finding[] {
  const { bytes, hardBytes, capable, user } = memlock
  const subject = "memlock"
  if (bytes === Infinity) {
    const has = "this process has CAP_IPC_LOCK"
    const unlimited = "RLIMIT_MEMLOCK is unlimited"
    const why = capable === undefined ? `${has}, or ${unlimited}` : capable ? has : unlimited
    const message = `Locked memory is not limited: ${why}`
    return [{ subject, level: "good", message }]
  }
  const details = {
    bytes,
    ...(hardBytes === undefined ? {} : { hardBytes: shown(hardBytes) }),
    ...(user === undefined ? {} : { user }),
  }
  const message = `RLIMIT_MEMLOCK lets this user pin ${inBytes(bytes)} in all processes together`
  if (bytes >= enoughBytes) {
    return [{ subject, level: "good", message, details }, ...onOthers(memlock)]
  }
  const little = bytes < leastBytes
  return [{
    subject,
    level: little ? "problem" : "limit",
    message: `${message}. ${little ? "No page fits, so all of it" : "What does not fit"} is copied`,
    cure: cureFor(hardBytes ?? 0),
    details,
  }, ...onOthers(memlock)]
}

/** For the shell that starts the program. Only the soft limit can be raised without root. */
function cureFor(hardBytes: number): string {
  if (hardBytes === Infinity) return "ulimit -l unlimited"
  return hardBytes >= enoughBytes
    ? `ulimit -l ${Math.floor(hardBytes / 1024)}`
    : `sudo prlimit --pid $$ --memlock=${wantedBytes}:${wantedBytes}`
}

/** Who else holds some of it. */
function onOthers({ bytes, freeBytes, others }: Memlock): readonly Finding[] {
  const subject = "memlock-others"
  if (freeBytes === undefined) {
    return [{ subject, level: "unknown", message: "How much of it is in use could not be tried" }]
  }
  const limitBytes = Math.floor(bytes / pageBytes) * pageBytes
  if (freeBytes >= Math.min(limitBytes, mostTriedBytes)) {
    // More than was tried may be free.
    const message = freeBytes < limitBytes
      ? `At least ${inBytes(freeBytes)} of it are free at the moment`
      : "Nobody holds any of it at the moment"
    return [{ subject, level: "good", message, details: { freeBytes } }]
  }
  const heldBytes = limitBytes - freeBytes
  const names = others.map(({ name, pid }) => `${name} ${pid}`).slice(0, mostNames).join(", ")
  const who = names === "" ? "" : ` This user also runs: ${names}`
  return [{
    subject,
    level: "limit",
    message: `Sockets of this user hold ${inBytes(heldBytes)} of it at the moment, ` +
      `and ${inBytes(freeBytes)} are left. The kernel does not say whose they are.${who}`,
    details: { freeBytes, heldBytes },
  }]
}

export function onNotifications({ optmemBytes }: Facts): Finding {
  const subject = "optmem"
  if (optmemBytes === undefined) {
    const message = "net.core.optmem_max could not be read"
    return { subject, level: "unknown", message }
  }
  const sends = notificationsIn(optmemBytes)
  const message = `net.core.optmem_max is ${inBytes(optmemBytes)}: each socket may have ${sends} ` +
    "sends in flight, or more where they share a notification"
  const details = { bytes: optmemBytes, sends }
  if (optmemBytes >= usualOptmemBytes) return { subject, level: "good", message, details }
  return {
    subject,
    level: "limit",
    message: `${message}. Others are copied`,
    cure: `sudo sysctl -w net.core.optmem_max=${usualOptmemBytes}`,
    details,
  }
}

const shown = (bytes: number): number | string => bytes === Infinity ? "unlimited" : bytes

const pageBytes = 4096
/** A call is charged for two pages more than it has. */
const leastBytes = 3 * pageBytes
/** The least limit that Zerowire sets itself for what a process pins (`pinnedLimit`). */
const enoughBytes = 64 * 1024 * 1024
/** As much, and the calls of its couriers. */
const wantedBytes = 256 * 1024 * 1024
const mostTriedBytes = enoughBytes
const mostNames = 5
/** The default since Linux 6.8. */
const usualOptmemBytes = 128 * 1024
