import process from "node:process"
import { fileURLToPath } from "node:url"

/** The command that runs a file of this folder as the tests themselves are run. */
export const inThisRuntime = (file: string): readonly [string, ...string[]] => [
  process.execPath,
  ...("Deno" in globalThis ? ["run", "--allow-all", "--no-check"] : []),
  fileURLToPath(new URL(file, import.meta.url)),
]
