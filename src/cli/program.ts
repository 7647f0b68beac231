import { Command } from "commander"
import process from "node:process"
import { addBench } from "./bench_command.ts"
import { addCalibrate } from "./calibrate_command.ts"
import { addCompletion } from "./completion_command.ts"
import { addDoctor } from "./doctor_command.ts"
import { inNode, runAgain } from "./run_again.ts"
import { addServe } from "./serve_command.ts"
import { addTransferCommands } from "./transfer_commands.ts"
import { version } from "./version.ts"

/**
 * The command line. Each command loads what it needs when it runs, so that `--help`, `--version` and
 * `completion` load nothing.
 *
 * @param script the URL of the program, to start it again
 */
export function program(script: string): Command {
  const zerowire = new Command("zerowire")
    .description("Sends and receives TCP on Linux without copying, where that is possible.")
    .helpCommand(false)
    .version(version, "-V, --version", "print the version")
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? 0 : usageStatus))
    .showHelpAfterError("Run it with --help to see how it is used")
  addDoctor(zerowire)
  addServe(zerowire)
  addCalibrate(zerowire)
  addBench(zerowire)
  addTransferCommands(zerowire)
  addCompletion(zerowire)
  if (inNode()) {
    zerowire.hook("preAction", (_, command) => needsNoLibc(command) ? undefined : runAgain(script))
  }
  return zerowire
}

const needsNoLibc = (command: Command): boolean => command.name() === "completion"

const usageStatus = 2
