import { Command } from "commander"
import process from "node:process"
import { byteCount, host, type HostPort, listenAddress, target } from "./address.ts"
import { inNode, runAgain } from "./run_again.ts"
import { version } from "./version.ts"

/**
 * The command line. Each command loads what it needs when it runs, so that `--help` and `--version` load
 * nothing.
 */
export function program(): Command {
  const zerowire = new Command("zerowire")
    .description("Sends and receives TCP on Linux without copying, where that is possible.")
    .helpCommand(false)
    .version(version, "-V, --version", "print the version")
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : usageStatus))
    .showHelpAfterError("Run it with --help to see how it is used")
  addDoctor(zerowire)
  addSend(zerowire)
  addReceive(zerowire)
  addRelay(zerowire)
  if (inNode()) zerowire.hook("preAction", () => runAgain())
  return zerowire
}

function addDoctor(zerowire: Command): void {
  zerowire.command("doctor")
    .description(
      "Examines whether bytes would be sent zero-copy from here, and to HOST, and what is in the way.",
    )
    .argument("[host[:port]]", "a host to look at the way to; with a port, connect to it", host)
    .option("--send <bytes>", "send so many zeros six times, to measure the CPU time", byteCount)
    .option("--json", "print JSON")
    .option("--no-color", "print without colours")
    .addHelpText(
      "after",
      "\nIt changes nothing, and needs no privileges. HOST gets one UDP datagram at port 9.\n" +
        "Use --send only with a receiver of your own: zerowire receive --keep PORT /dev/null\n\n" +
        "Exit status: 0 good, 1 a limit, 2 a problem, 3 it could not examine",
    )
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : unknownStatus))
    .action(async (to: Partial<HostPort> | undefined, options) => {
      const { examine } = await import("./doctor.ts")
      await finish(() => examine(to, options), unknownStatus)
    })
}

function addSend(zerowire: Command): void {
  zerowire.command("send")
    .description("Sends a file, which the kernel reads and sends itself (sendfile(2)).")
    .argument("<file>", "a path, or - for standard input")
    .argument("<host:port>", "where a receiver listens", target)
    .option("-q, --quiet", "print nothing")
    .action(async (file: string, to: HostPort, options) => {
      const { send } = await import("./send.ts")
      await finish(() => send(file, to, options))
    })
}

function addReceive(zerowire: Command): void {
  zerowire.command("receive")
    .description("Takes one connection, and writes what it sends to a file.")
    .argument("<[address:]port>", "where to listen; every IPv4 address by default", listenAddress)
    .argument("[file]", "is overwritten; standard output by default")
    .option("-k, --keep", "take one connection after another")
    .option("-q, --quiet", "print nothing")
    .action(async (at: HostPort, file: string | undefined, options) => {
      const { receive } = await import("./receive.ts")
      await finish(() => receive(at, file, options))
    })
}

function addRelay(zerowire: Command): void {
  zerowire.command("relay")
    .description("Takes connections, and passes their bytes on inside the kernel (splice(2)).")
    .argument("<[address:]port>", "where to listen; every IPv4 address by default", listenAddress)
    .argument("<host:port>", "where to connect to for each connection", target)
    .option("-q, --quiet", "print nothing but failures")
    .addHelpText("after", "\nRuns until it is interrupted, which resets open connections.")
    .action(async (at: HostPort, to: HostPort, options) => {
      const { relay } = await import("./relay.ts")
      await finish(() => relay(at, to, options))
    })
}

/** Ends the process: with the status of `run`, or with a message and `failed`. */
async function finish(run: () => Promise<number>, failed = 1): Promise<void> {
  try {
    process.exitCode = await run()
  } catch (failure) {
    const message = failure instanceof Error ? failure.message : String(failure)
    process.stderr.write(`zerowire: ${message}\n`)
    process.exitCode = failed
  }
}

const usageStatus = 2
/** As monitoring plugins report what they could not find out. */
const unknownStatus = 3
