import process from "node:process"

/** The modules, by their names without `node:`. */
interface Builtin {
  readonly dns: typeof import("node:dns")
  readonly fs: typeof import("node:fs")
  readonly net: typeof import("node:net")
  readonly os: typeof import("node:os")
  readonly stream: typeof import("node:stream")
  readonly url: typeof import("node:url")
}

/**
 * Modules of the runtime that take milliseconds to load, and that many programs never need. Each is loaded
 * when it is first used: an `import` would load all of them with Zerowire.
 */
export const builtin: Builtin = new Proxy({} as Builtin, {
  get: (_, name: string) => process.getBuiltinModule(`node:${name}`),
})
