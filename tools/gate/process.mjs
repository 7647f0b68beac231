import { spawn } from "node:child_process"
import process from "node:process"
import { root } from "../ready.mjs"
import { verdictOf } from "./tally.mjs"

/**
 * @typedef {object} Ended
 * @property {number | null} status
 * @property {string} stdout
 * @property {string} output standard output and standard error as they came
 * @property {string | undefined} how what happened, in words, unless the status is 0
 */

/**
 * Runs a command in a process group of its own and waits for it. The group is killed when it takes
 * longer than `seconds`, and when this process is interrupted; nothing else is.
 *
 * @param {readonly string[]} command
 * @param {{ seconds: number, cwd?: string, env?: Record<string, string> }} options
 * @returns {Promise<Ended>}
 */
export function run([name, ...args], { seconds, cwd = root, env = {} }) {
  const child = spawn(name, args, {
    cwd,
    detached: true,
    env: { ...process.env, ...quiet, ...env },
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
    /** @param {number | null} status @param {string | undefined} how */
    const end = (status, how) => {
      clearTimeout(timer)
      running.delete(child.pid)
      resolve({ status, stdout, output, how })
    }
    child.on("error", (failure) => end(null, `could not be started: ${failure.message}`))
    child.on("exit", () => {
      // Whatever it left behind would hold the pipes open, and disturb what comes next.
      kill(child.pid)
    })
    child.on("close", (status, signal) => {
      if (late) end(status, `was killed: it took longer than ${seconds} s`)
      else if (signal !== null) end(status, `was ended by ${signal}`)
      else end(status, status === 0 ? undefined : `ended with status ${status}`)
    })
  })
}

/**
 * Runs a command that has to end with status 0.
 *
 * @param {string} name
 * @param {readonly string[]} words
 * @param {{ seconds?: number, cwd?: string }} options
 */
export async function check(name, words, { seconds = 300, cwd = root } = {}) {
  const { how, output } = await run(words, { seconds, cwd })
  return verdictOf(name, how === undefined ? "" : `${how}\n${output.trim()}`)
}

/** Kills every command that still runs. */
export function killAll() {
  for (const pid of running) kill(pid)
}

/** @param {number | undefined} pid the leader of the group */
function kill(pid) {
  if (pid === undefined) return
  try {
    process.kill(-pid, "SIGKILL")
  } catch {
    // The group is gone.
  }
}

/** @type {Set<number | undefined>} */
const running = new Set()

/** Whatever was measured on this machine, the tests are about the documented threshold. */
const quiet = {
  ZEROWIRE_THRESHOLD: "16384",
  NO_COLOR: "1",
  DENO_NO_UPDATE_CHECK: "1",
  DENO_NO_PROMPT: "1",
}
