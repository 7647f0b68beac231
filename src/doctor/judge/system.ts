import { errnoName } from "../../kernel/port.ts"
import type { Calls, Facts } from "../facts.ts"
import type { Finding } from "../finding.ts"

export function onRuntime({ runtime, runtimeVersion, platform, architecture }: Facts): Finding {
  const name = `${runtime === "bun" ? "Bun" : "Deno"} ${runtimeVersion}`
  const details = { runtime, version: runtimeVersion, platform, architecture }
  const supported = platform === "linux" && ["x64", "arm64"].includes(architecture)
  const message = `${name} on ${platform}, ${architecture}`
  if (supported) return { subject: "runtime", level: "good", message, details }
  return {
    subject: "runtime",
    level: "problem",
    message: `${message}: zero-copy needs Linux on x64 or arm64. Here every byte is copied`,
    details,
  }
}

export function onKernel({ kernel }: Facts): Finding {
  if (kernel === undefined) {
    return {
      subject: "kernel",
      level: "unknown",
      message: "The runtime does not permit asking for the kernel's release",
      cure: "deno run --allow-sys --allow-ffi --allow-net npm:zerowire doctor",
    }
  }
  const details = { release: kernel }
  if (!isBefore(kernel, 4, 14)) {
    return { subject: "kernel", level: "good", message: `Linux ${kernel}`, details }
  }
  return {
    subject: "kernel",
    level: "problem",
    message: `Linux ${kernel}: TCP has MSG_ZEROCOPY from 4.14 on. Everything is copied`,
    details,
  }
}

export function onLibc({ libc, runtime }: Facts): Finding {
  if ("name" in libc) return { subject: "libc", level: "good", message: libc.name }
  return {
    subject: "libc",
    level: "problem",
    message:
      "libc cannot be called, so every byte is copied, over the runtime's own sockets (where Deno " +
      `forbids FFI, only with fallback: "runtime"). ${libc.failure}`,
    ...(runtime === "deno" ? { cure: "deno run --allow-ffi --allow-net npm:zerowire doctor" } : {}),
  }
}

export function onPermissions({ seesProc, runtime }: Facts): readonly Finding[] {
  if (seesProc) return []
  return [{
    subject: "permissions",
    level: "unknown",
    message: runtime === "deno"
      ? "Deno reads /proc only with all permissions, so some of what follows could not be seen"
      : "/proc cannot be read, so some of what follows could not be seen",
    ...(runtime === "deno" ? { cure: "deno run --allow-all npm:zerowire doctor" } : {}),
  }]
}

export const onCalls = (calls: Calls): readonly Finding[] => [
  onZerocopy(calls),
  onSendfile(calls),
  onRing(calls),
]

function onZerocopy({ option, send }: Calls): Finding {
  const subject = "zerocopy"
  if (option < 0) {
    const name = errnoName(-option)
    return {
      subject,
      level: "problem",
      message: `The kernel refuses SO_ZEROCOPY (${name}), so everything is copied. ` +
        "Sandboxes such as gVisor have their own network stack; run outside of it",
      details: { errno: name },
    }
  }
  if (send === "notified") {
    return {
      subject,
      level: "good",
      message: "SO_ZEROCOPY can be set, and a send with MSG_ZEROCOPY is notified",
    }
  }
  if (send === undefined) {
    return {
      subject,
      level: "unknown",
      message: "SO_ZEROCOPY can be set. No send was tried, because loopback cannot be reached " +
        "or the runtime does not permit it",
    }
  }
  return {
    subject,
    level: "problem",
    message: send === "silent"
      ? "A send with MSG_ZEROCOPY was accepted, but the kernel never said that it is done"
      : `A send with MSG_ZEROCOPY fails with ${errnoName(-send)}`,
  }
}

function onSendfile({ sendfile }: Calls): Finding {
  const subject = "sendfile"
  if (sendfile === undefined) {
    return { subject, level: "unknown", message: "sendfile(2) could not be tried" }
  }
  if (sendfile > 0) {
    return { subject, level: "good", message: "sendfile(2) works: the kernel sends files itself" }
  }
  return {
    subject,
    level: "problem",
    message: `sendfile(2) fails with ${errnoName(-sendfile)}, so files cannot be sent`,
  }
}

/** Nothing depends on it, so its absence is no limit. */
const onRing = ({ ioUring }: Calls): Finding => ({
  subject: "io_uring",
  level: "good",
  message: ioUring >= 0
    ? "io_uring is available; Zerowire does not use it"
    : `io_uring is not available (${errnoName(-ioUring)}); Zerowire does not need it`,
  details: { available: ioUring >= 0 },
})

export function onContainer({ container }: Facts): Finding {
  const subject = "container"
  if (container === undefined) {
    return { subject, level: "unknown", message: "Whether this is a container could not be seen" }
  }
  return {
    subject,
    level: "good",
    message: container === false ? "No sign of a container" : `A container (${container})`,
    details: { container },
  }
}

/** Whether `release` is older than Linux `major.minor`. Unknown releases are not. */
export function isBefore(release: string, major: number, minor: number): boolean {
  const [, a, b] = /^(\d+)\.(\d+)/.exec(release) ?? []
  return Number(a) < major || (Number(a) === major && Number(b) < minor)
}
