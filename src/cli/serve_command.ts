import { type Command, InvalidArgumentError } from "commander"
import { listenAddress, wholeNumber } from "./address.ts"
import { finish } from "./finish.ts"
import type { ServeFlags } from "./serve.ts"

export function addServe(zerowire: Command): void {
  zerowire.command("serve")
    .description("Serves a folder over HTTP. The kernel sends the files from its page cache.")
    .argument("[dir]", "the folder; the current one by default", ".")
    .option(
      "-p, --port <[address:]port>",
      "where to listen; every IPv4 address by default",
      listenAddress,
      listenAddress("8000"),
    )
    .option("-l, --listing", "list folders without an index.html")
    .option("--dotfiles", "serve names that begin with a dot")
    .option("--precompressed", "answer with FILE.br, .zst or .gz where the client takes it")
    .option("--cache-control <value>", "the header of all files, such as max-age=3600")
    .option("--connections <number>", "the most at once", wholeNumber)
    .option("--connections-per-address <number>", "the most of one client", wholeNumber)
    .option("--deadline <seconds>", "for responses under way when it is interrupted", seconds, 10)
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
