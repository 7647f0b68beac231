import process from "node:process"
import { fileURLToPath } from "node:url"

const server = fileURLToPath(new URL("../../deploy/server.ts", import.meta.url))

/**
 * The command that starts `deploy/server.ts` in this runtime. In Deno, with the permissions of the unit: for
 * the folder `files`, and for the Unix domain socket at `path`, if it listens there.
 */
export const serverCommand = (files: string, path?: string): readonly [string, ...string[]] =>
  process.versions.bun === undefined
    ? [
      ...[process.execPath, "run", "--no-prompt", "--no-check", "--quiet"] as const,
      ...["--allow-ffi", "--allow-net", "--allow-env"],
      ...path === undefined
        ? [`--allow-read=${files}`]
        : [`--allow-read=${files},${path}`, `--allow-write=${path}`],
      server,
    ]
    : [process.execPath, server]
