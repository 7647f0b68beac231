import type { Command } from "commander"
import { type HostPort, listenAddress, target } from "./address.ts"
import { finish } from "./finish.ts"

/** The commands that send, receive and pass on the bytes of connections. */
export function addTransferCommands(zerowire: Command): void {
  addSend(zerowire)
  addReceive(zerowire)
  addRelay(zerowire)
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
