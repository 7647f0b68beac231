import type { DenoFfi, DenoPermission } from "./namespace.ts"

/**
 * The library to open under this process's permissions. Without `--allow-ffi` for all libraries, one
 * absolute path may still be permitted, and the library must then be opened by exactly that path.
 */
export function permitted(deno: DenoFfi, libraries: readonly string[]): string {
  const already = alreadyPermitted(deno, libraries)
  if (already !== undefined) return already
  // Prompts the user where possible, as Deno itself would.
  if (deno.permissions.requestSync({ name: "ffi" }).state === "granted") {
    return loadable(deno, libraries)
  }
  throw new deno.errors.NotCapable(
    "Cannot call libc without FFI access: run with --allow-ffi",
  )
}

/** The library to open under this process's permissions, or nothing. There is no prompt. */
export function alreadyPermitted(deno: DenoFfi, libraries: readonly string[]): string | undefined {
  if (deno.permissions.querySync({ name: "ffi" }).state === "granted") {
    return loadable(deno, libraries)
  }
  const byPath = libraries.filter((path) =>
    path.startsWith("/") &&
    deno.permissions.querySync({ name: "ffi", path }).state === "granted"
  )
  return byPath.length > 0 ? loadable(deno, byPath) : undefined
}

function loadable(deno: DenoFfi, libraries: readonly string[]): string {
  const failures: unknown[] = []
  for (const library of libraries) {
    try {
      deno.dlopen(library, { getpid: { parameters: [], result: "i32" } }).close()
      return library
    } catch (failure) {
      failures.push(failure)
    }
  }
  throw new AggregateError(
    failures,
    `Cannot load libc: tried ${libraries.join(", ")}. Zerowire needs Linux with glibc`,
  )
}

/**
 * What Deno's own sockets require, before one is opened. `found` is for an address that was looked up.
 *
 * @throws {Deno.errors.NotCapable}
 */
export function requireNet(deno: DenoFfi, host: string, port: number, found: boolean): void {
  const target = host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`
  const permission = { name: "net", host: target } as const
  // "prompt" means that no flag mentions it, which is fine for an address whose name was permitted.
  if (found && deno.permissions.querySync(permission).state !== "denied") return
  if (deno.permissions.requestSync(permission).state === "granted") return
  throw new deno.errors.NotCapable(
    `Requires net access to "${target}": run again with --allow-net=${target} or --allow-net`,
  )
}

/**
 * What Deno's own Unix domain sockets require: to read and write the file, and to reach it by the net. An
 * abstract name has no file, and no flag can name it, so that only `--allow-net` for all permits it.
 */
export function requireUnix(deno: DenoFfi, path: string): void {
  const require = (permission: DenoPermission, what: string, flag: string) => {
    if (deno.permissions.requestSync(permission).state === "granted") return
    throw new deno.errors.NotCapable(`Requires ${what}: run again with ${flag}`)
  }
  if (path === "" || path.startsWith("\0")) {
    return require({ name: "net" }, "net access to all of it", "--allow-net")
  }
  require({ name: "read", path }, `read access to "${path}"`, `--allow-read=${path}`)
  require({ name: "write", path }, `write access to "${path}"`, `--allow-write=${path}`)
  const host = `unix:${path}`
  require({ name: "net", host }, `net access to "${host}"`, `--allow-net=${host}`)
}
