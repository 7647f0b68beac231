import process from "node:process"
import type { HostPort } from "./address.ts"
import { compare } from "./bench/compare.ts"
import { Material } from "./bench/material.ts"
import { startReceiver } from "./bench/receiver.ts"
import { header, legend, row } from "./bench/table.ts"
import { type Contest, verdict } from "./bench/verdict.ts"
import { onSignal } from "./on_signal.ts"

export interface BenchFlags {
  readonly rounds: number
  /** Bytes to send at a time. */
  readonly bytes: number
  readonly json?: boolean
}

/** Sends by each way, says what it cost, and returns the exit status. */
export async function bench(
  to: HostPort | undefined,
  { rounds, bytes, json = false }: BenchFlags,
): Promise<number> {
  const held: Disposable[] = []
  const release = () => held.splice(0).forEach((one) => one[Symbol.dispose]())
  onSignal(release)
  try {
    const material = new Material(bytes)
    held.push(material)
    await material.write()
    const receiver = await startReceiver(to)
    held.push(receiver)
    const result = {
      ...{ runtime, to: receiver.address, loopback: to === undefined, bytes, rounds },
      rows: await compare(receiver.address, material, rounds, sayRound).catch(refused),
    }
    say(json ? JSON.stringify({ ...result, verdict: verdict(result) }) : textOf(result))
    return 0
  } finally {
    release()
  }
}

/** @throws {Error} `failure`, with its cure if nobody listens, or not any more. */
function refused(failure: NodeJS.ErrnoException): never {
  if (failure.code !== "ECONNREFUSED") throw failure
  const cure = "Start a receiver there: zerowire receive --keep --quiet PORT /dev/null"
  throw new Error(`${failure.message}. ${cure}`, { cause: failure })
}

function textOf(result: Result): string {
  const { rows, bytes, rounds } = result
  return [header(), ...rows.map(row), "", verdict(result), "", legend(bytes, rounds)].join("\n")
}

interface Result extends Contest {
  readonly bytes: number
  readonly rounds: number
}

/** On a terminal; gone when the result is there. */
function sayRound(round: number, rounds: number): void {
  if (!process.stderr.isTTY) return
  const text = round === 0 ? "warming up" : round > rounds ? "" : `round ${round} of ${rounds}`
  process.stderr.write(`\r${text}\x1b[K`)
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}

const runtime = process.versions.bun === undefined ? "Deno" : "Bun"
