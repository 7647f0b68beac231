import process from "node:process"

/**
 * Modules of the runtime that take milliseconds to load, and that many programs never need. Each is loaded
 * when it is first asked for: an `import` would load all of them with Zerowire.
 */
export const builtin = {
  get dns(): typeof import("node:dns") {
    return load("node:dns")
  },
  get fs(): typeof import("node:fs") {
    return load("node:fs")
  },
  get net(): typeof import("node:net") {
    return load("node:net")
  },
  get os(): typeof import("node:os") {
    return load("node:os")
  },
  get stream(): typeof import("node:stream") {
    return load("node:stream")
  },
  get url(): typeof import("node:url") {
    return load("node:url")
  },
}

const load = <T>(name: string): T => process.getBuiltinModule(name) as T
