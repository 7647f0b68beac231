import type { ChildProcess } from "node:child_process"
import { createInterface } from "node:readline"
import type { Message } from "./message.ts"

/** A process of a run failed, or was killed. */
class ProcessFailed extends Error {
  readonly status: number

  constructor(message: string, status: number) {
    super(message)
    this.status = status
  }
}

/**
 * Follows a process until it has ended. `hear` receives its messages.
 *
 * @throws {ProcessFailed} with the process's own failure message, or what it printed.
 */
export async function follow(
  name: string,
  child: ChildProcess,
  hear: (message: Message) => void,
): Promise<void> {
  let failure: ProcessFailed | undefined
  let complaints = ""
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    complaints = (complaints + text).slice(-keptCharacters)
  })
  const ended = new Promise<string>((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code, signal) => resolve(signal ?? `exit status ${code}`))
  })
  if (child.stdout !== null) {
    for await (const line of createInterface(child.stdout)) {
      const message = JSON.parse(line) as Message
      if (message.type === "failed") failure = new ProcessFailed(message.message, message.status)
      else hear(message)
    }
  }
  const how = await ended
  if (failure !== undefined) throw failure
  if (how === "exit status 0") return
  throw new ProcessFailed(`The ${name} ended early (${how}). ${complaints.trim()}`.trim(), 1)
}

const keptCharacters = 4000
