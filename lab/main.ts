/**
 * `npm run lab`: opens the lab, prints how to enter each side, and closes it when standard input or the
 * given command ends. Runs in Bun.
 *
 * @module
 */
import { once } from "node:events"
import { constants } from "node:os"
import process from "node:process"
import { Lab, labObstacle } from "./lab.ts"
import { parse } from "./command_line.ts"

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const
const { mtu, kind, drop, command } = parse(process.argv.slice(2))
const obstacle = labObstacle()
if (obstacle === undefined) await open()
else {
  process.stderr.write(`Cannot open the lab: ${obstacle}\n`)
  process.exitCode = 1
}

async function open(): Promise<void> {
  using lab = new Lab({ mtu, kind })
  if (drop > 0) lab.drop(drop)
  // Standard output belongs to the command.
  const out = command.length > 0 ? process.stderr : process.stdout
  for (const [name, { namespace, device, ipv4, ipv6 }] of [["A", lab.a], ["B", lab.b]] as const) {
    out.write(`${name}  ${ipv4}  ${ipv6}  ${device}  mtu ${mtu}\n`)
    out.write(`   nsenter --net=${namespace.path}\n`)
  }
  process.exitCode = command.length > 0 ? await run(lab) : await untilEnd()
}

/** Runs the command in A and returns its status. */
async function run(lab: Lab): Promise<number> {
  const child = lab.spawn(lab.a, command, { stdio: "inherit" })
  for (const signal of signals) process.on(signal, () => child.kill(signal))
  const [code, signal] = await once(child, "exit")
  return code ?? 128 + constants.signals[signal as keyof typeof constants.signals]
}

/** Resolves with the exit status when standard input ends or a signal comes. */
async function untilEnd(): Promise<number> {
  process.stdout.write("Open until Ctrl-C or the end of standard input\n")
  const { promise, resolve } = Promise.withResolvers<number>()
  for (const signal of signals) {
    process.on(signal, () => resolve(signal === "SIGINT" ? 0 : 128 + constants.signals[signal]))
  }
  process.stdin.resume().on("end", () => resolve(0))
  const status = await promise
  process.stdin.pause()
  return status
}
