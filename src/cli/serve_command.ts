import { type Command, InvalidArgumentError, Option } from "commander"
import { listenAddress, wholeNumber } from "./address.ts"
import { finish } from "./finish.ts"
import type { ServeFlags } from "./serve.ts"

export function addServe(zerowire: Command): void {
  zerowire.command("serve")
    .description("Serves a folder over HTTP. The kernel sends the files from its page cache.")
    .argument("[dir]", "the folder", ".")
    .addOption(
      new Option("-p, --port <[address:]port>", "where to listen; a port alone: every IPv4 address")
        .argParser(listenAddress).default(listenAddress("8000"), "8000"),
    )
    .option("-l, --listing", "list folders without an index.html")
    .option("--dotfiles", "serve names that begin with a dot")
    .option("--precompressed", "answer with FILE.br, .zst or .gz where the client takes it")
    .option("--cache-control <value>", "Cache-Control of all files, such as max-age=3600")
    .option("--connections <number>", "the most connections at once", wholeNumber)
    .option(
      "--connections-per-address <number>",
      "the most connections of one client at once",
      wholeNumber,
    )
    .option(
      "--deadline <seconds>",
      "how long an interrupt lets responses under way go on",
      seconds,
      10,
    )
    .option("--json", "log as JSON")
    .option("-q, --quiet", "log nothing but failures")
    .addHelpText(
      "after",
      "\nAnyone who can connect can read DIR: nothing is encrypted, and nobody is asked who they are.\n" +
        "Logs responses on standard output: time, client, method, path, status, bytes, milliseconds.\n" +
        "An interrupt lets responses under way end; a second one ends it at once.",
    )
    .action(async (dir: string, options: ServeFlags) => {
      const { serveFolder } = await import("./serve.ts")
      await finish(() => serveFolder(dir, options))
    })
}

function seconds(text: string): number {
  const number = Number(text)
  if (text.trim() !== "" && number >= 0 && number <= longestSeconds) return number
  throw new InvalidArgumentError(`Give a number of seconds, from 0 to ${longestSeconds}.`)
}

const longestSeconds = 24 * 60 * 60
