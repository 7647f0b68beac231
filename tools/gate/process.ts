import { spawn } from "node:child_process"
import process from "node:process"
import { root } from "../ready.mjs"
import { type Verdict, verdictOf } from "./tally.ts"

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  /** Standard output and standard error as they came. */
  readonly output: string
  /** What happened, in words, unless the status is 0. */
  readonly how: string | undefined
}

interface Options {
  /** 300 unless said otherwise. */
  readonly seconds?: number
  /** The root of the project unless said otherwise. */
  readonly cwd?: string
}

/** Runs a command that has to end with status 0. */
export async function check(
  name: string,
  command: readonly string[],
  options: Options = {},
): Promise<Verdict> {
  const { how, output } = await run(command, options)
  return verdictOf(name, how && `${how}\n${output.trim()}`)
}

/**
 * Runs a command in a process group of its own and waits for it. The group is killed when it takes
 * longer than `seconds`, and when this process is interrupted; nothing else is.
 */
export function run(
  [name, ...args]: readonly string[],
  { seconds = 300, cwd = root }: Options = {},
): Promise<Ended> {
  const child = spawn(name, args, {
    cwd,
    detached: true,
    env: { ...process.env, ...quiet },
    stdio: ["ignore", "pipe", "pipe"],
  })
  let stdout = ""
  let output = ""
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text
    output += text
  })
  child.stderr.setEncoding("utf8").on("data", (text) => output += text)
  let late = false
  const timer = setTimeout(() => {
    late = true
    kill(child.pid)
  }, seconds * 1000)
  running.add(child.pid)

  return new Promise((resolve) => {
    const end = (status: number | null, how: string | undefined) => {
      clearTimeout(timer)
      running.delete(child.pid)
      resolve({ status, stdout, output, how })
    }
    child.on("error", (failure) => end(null, `could not be started: ${failure.message}`))
    // Whatever it left behind would hold the pipes open, and disturb what comes next.
    child.on("exit", () => kill(child.pid))
    child.on("close", (status, signal) => {
      if (late) end(status, `was killed: it took longer than ${seconds} s`)
      else if (signal !== null) end(status, `was ended by ${signal}`)
      else end(status, status === 0 ? undefined : `ended with status ${status}`)
    })
  })
}

/** Kills every command that still runs. */
export const killAll = (): void => running.forEach(kill)

/** @param pid the leader of the group */
function kill(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, "SIGKILL")
  } catch {
    // The group is gone.
  }
}

const running = new Set<number | undefined>()

/** Whatever was measured on this machine, the tests are about the documented threshold. */
const quiet = {
  ZEROWIRE_THRESHOLD: "16384",
  NO_COLOR: "1",
  DENO_NO_UPDATE_CHECK: "1",
  DENO_NO_PROMPT: "1",
}
