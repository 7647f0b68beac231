import { spawn } from "node:child_process"
import { availableParallelism } from "node:os"
import process from "node:process"
import { root } from "../ready.mjs"
import { Lanes, type Load } from "./lanes.ts"
import { type Verdict, verdictOf } from "./tally.ts"

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  /** Standard output and standard error together, in order. */
  readonly output: string
  /** How it ended, in words; undefined if the status is 0. */
  readonly how: string | undefined
}

interface Options {
  /** Default: 300. */
  readonly seconds?: number
  /** Default: the root of the project. */
  readonly cwd?: string
  /** Default: "step". */
  readonly load?: Load
}

/** Runs a command that must end with status 0. */
export async function check(
  name: string,
  command: readonly string[],
  options: Options = {},
): Promise<Verdict> {
  const { how, output } = await run(command, options)
  return verdictOf(name, how && `${how}\n${output.trim()}`)
}

/**
 * Runs a command in its own process group, as soon as there is a lane for it, and waits for it. If it takes
 * longer than `seconds`, or this process is interrupted, that group is killed, and nothing else.
 */
export const run = (command: readonly string[], options: Options = {}): Promise<Ended> =>
  lanes.run(options.load ?? "step", () => start(command, options))

/** Never more than four, however many CPUs there are: they share a network, and memory that is pinned. */
const lanes = new Lanes(Math.min(4, availableParallelism() + 1))

function start(
  [name, ...args]: readonly string[],
  { seconds = 300, cwd = root }: Options,
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
    // Processes that it left behind would keep the pipes open, and disturb the next command.
    child.on("exit", () => kill(child.pid))
    child.on("close", (status, signal) => {
      if (late) end(status, `was killed: it took longer than ${seconds} s`)
      else if (signal !== null) end(status, `was ended by ${signal}`)
      else end(status, status === 0 ? undefined : `ended with status ${status}`)
    })
  })
}

/** Kills all commands that are still running. */
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

/** The tests expect the documented threshold, not one that was measured on this machine. */
const quiet = {
  ZEROWIRE_THRESHOLD: "16384",
  NO_COLOR: "1",
  DENO_NO_UPDATE_CHECK: "1",
  DENO_NO_PROMPT: "1",
}
