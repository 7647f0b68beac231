import process from "node:process"
import { fileURLToPath } from "node:url"

const server = fileURLToPath(new URL("../../deploy/server.ts", import.meta.url))

/** The command that starts `deploy/server.ts` in this runtime. In Deno, with the permissions of the unit. */
export const serverCommand = (files: string): readonly [string, ...string[]] =>
  process.versions.bun === undefined
    ? [
      ...[process.execPath, "run", "--no-prompt", "--no-check", "--quiet"] as const,
      ...["--allow-ffi", "--allow-net", `--allow-read=${files}`, "--allow-env", server],
    ]
    : [process.execPath, server]
