/**
 * Checks that imports go along the arrows:
 *
 *     ffi <- kernel <- slab, reactor <- socket <- writable, readable <- effect
 *
 * A file `src/x.ts` is public, and the folder `src/x/` is its private inside. A new one needs a line
 * in the table below.
 *
 * @module
 */
import { posix } from "node:path"
import { findIn } from "./imports.mjs"

/**
 * Every import against the arrows.
 *
 * @param {ReadonlyMap<string, string>} files the source of each file by its path from the root
 * @returns {string[]} one line for each that goes elsewhere
 */
export function problemsIn(files) {
  const problems = []
  for (const [path, source] of files) {
    const { imports, runtimes } = findIn(source)
    for (const { specifier, line } of imports) {
      const problem = problemOf(path, specifier)
      if (problem !== undefined) problems.push(`${path}:${line}: ${problem}`)
    }
    for (const { runtime, line } of runtimes) {
      if (mayName(path, runtime)) continue
      problems.push(`${path}:${line}: only ffi/*_${runtime.toLowerCase()}.ts may name ${runtime}`)
    }
  }
  return problems
}

/**
 * @param {string} path
 * @param {string} specifier
 * @returns {string | undefined}
 */
function problemOf(path, specifier) {
  const isTest = path.endsWith("_test.ts")
  const module = moduleOf(path)
  if (free.includes(module)) return undefined
  const rule = rules[module]
  if (rule === undefined) return `say in .ci/arrows.mjs what ${module} may import`
  // What a test imports is no part of the product; but the pure parts stay pure, tests and all.
  if (isTest && !pure.includes(module)) return undefined

  if (!specifier.startsWith(".")) {
    const packages = isTest ? [...rule.packages, ...testPackages] : rule.packages
    const listed = packages.some((name) => `${specifier}/`.startsWith(`${name}/`))
    return listed ? undefined : `${module} may not import ${specifier}`
  }
  const target = posix.join(posix.dirname(path), specifier)
  const targetModule = moduleOf(target)
  if (targetModule === module) return pure.includes(module) ? inside(path, target) : undefined
  if (exceptions.some(([from, to]) => path === from && target === to)) return undefined
  if (!rule.modules.includes(targetModule)) return `${module} may not import ${target}`
  if (target.startsWith("src/") && target !== `${targetModule}.ts`) {
    return `${target} is private: import ${targetModule}.ts`
  }
  return undefined
}

/**
 * The inside of a pure part does not even know its public file.
 *
 * @param {string} path
 * @param {string} target
 */
function inside(path, target) {
  const folder = posix.dirname(path)
  if (folder === "src" || target.startsWith(`${folder}/`)) return undefined
  return `${folder} imports nothing outside itself`
}

/**
 * `ffi`, `src/socket`, `demo`, …
 *
 * @param {string} path
 */
function moduleOf(path) {
  const [top, name] = path.split("/")
  if (top === "src") return `src/${name.replace(/\.ts$/, "").replace(/_test$/, "")}`
  return top
}

/**
 * @param {string} path
 * @param {"Bun" | "Deno"} runtime
 */
const mayName = (path, runtime) =>
  !/^(ffi|src)\//.test(path) ||
  path.startsWith("ffi/") && path.endsWith(`_${runtime.toLowerCase()}.ts`)

/** @typedef {{ modules: readonly string[], packages: readonly string[] }} Rule */

/** What is no part of the product may import what it likes. */
const free = ["bench", "test", "tools", ".ci"]
/** Its tests run without permissions, so they, too, import next to nothing. */
const pure = ["src/argument", "src/completion", "src/threshold", "src/slab"]
const testPackages = ["node:test", "node:assert", "fast-check"]

const below = [
  ...["src/argument", "src/error", "src/kernel", "src/completion", "src/threshold", "src/slab"],
]
const faces = ["src/argument", "src/error", "src/socket", "src/readable", "src/writable"]

/** What both runtimes have of Node's modules. */
const platform = [
  ...[
    "node:assert",
    "node:buffer",
    "node:child_process",
    "node:crypto",
    "node:events",
    "node:fs",
    "node:net",
    "node:os",
  ],
  ...["node:path", "node:process", "node:readline", "node:stream", "node:timers", "node:url"],
  ...["node:util", "node:zlib"],
]

/** @type {Readonly<Record<string, Rule>>} */
const rules = {
  ffi: { modules: [], packages: ["node:process"] },
  "src/argument": { modules: [], packages: [] },
  "src/completion": { modules: [], packages: [] },
  "src/threshold": { modules: [], packages: [] },
  "src/slab": { modules: [], packages: [] },
  "src/kernel": {
    modules: ["ffi", "src/completion"],
    packages: ["node:fs", "node:os", "node:process"],
  },
  "src/error": { modules: ["src/kernel"], packages: ["effect"] },
  "src/reactor": { modules: ["src/kernel"], packages: ["node:timers"] },
  "src/socket": {
    modules: [...below, "src/reactor"],
    packages: [
      ...["effect", "node:dns", "node:fs", "node:net", "node:process", "node:stream"],
      ...["node:timers", "node:url"],
    ],
  },
  "src/readable": { modules: ["src/error"], packages: ["effect"] },
  "src/writable": { modules: ["src/argument", "src/error"], packages: ["effect"] },
  "src/testing": {
    modules: [...below, "src/reactor", "src/socket"],
    packages: ["effect", "node:buffer", "node:timers"],
  },
  "src/effect": { modules: [...faces, "src/slab"], packages: ["effect"] },
  "src/mod": { modules: ["src/slab", ...faces], packages: [] },
  demo: {
    modules: ["src/mod", "test", "tools"],
    packages: ["cli-progress", "commander", ...platform],
  },
  examples: { modules: [], packages: ["@std/streams", "effect", "zerowire", ...platform] },
}

/**
 * The streams and the socket belong together: a stream is made over the inside of a connection, and a
 * socket has its streams. The simulation puts its own kernel into the sockets' engine.
 *
 * @type {readonly (readonly [string, string])[]}
 */
const exceptions = [
  ["src/tcp/socket.ts", "src/tcp/streams/readable.ts"],
  ["src/tcp/socket.ts", "src/tcp/streams/writable.ts"],
  ["src/tcp/streams/readable.ts", "src/tcp/connection/connection.ts"],
  ["src/tcp/streams/writable.ts", "src/tcp/connection/connection.ts"],
  ["src/tcp/streams/writable.ts", "src/tcp/send/writer.ts"],
  ["src/tcp/streams/writable.ts", "src/tcp/connection/finish.ts"],
  ["src/tcp/streams/writable.ts", "src/tcp/send/ownership.ts"],
  ["src/tcp/streams/writable.ts", "src/tcp/streams/stream_lock.ts"],
  ["src/tcp/streams/writable.ts", "src/tcp/connection/teardown.ts"],
  ["src/testing/simulation.ts", "src/stack/stack.ts"],
]
