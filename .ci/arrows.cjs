/**
 * Which imports are allowed, as rules for dependency-cruiser:
 * https://github.com/sverweij/dependency-cruiser/blob/main/doc/rules-reference.md
 *
 * In the list below, a part may import only parts above it, and no import goes in a circle. A part is a
 * folder of `src` with one door, `mod.ts`. The kernel has a second door, `port.ts`, for code that must
 * not load libc.
 */

/** The parts that each part may import. A part that is not listed may import nothing. */
const below = {
  argument: [],
  kernel: [],
  error: ["kernel"],
  reactor: ["kernel"],
  threads: ["kernel"],
  pieces: ["error", "kernel"],
  memory: ["argument", "error", "kernel", "pieces", "threads"],
  zerocopy: ["kernel", "pieces", "threads"],
  stack: ["argument", "error", "kernel", "memory", "pieces", "reactor", "threads", "zerocopy"],
}
below.tcp = [...below.stack, "stack"]
below.http = [...below.tcp, "tcp"]
below.effect = [...below.tcp, "tcp", "http"]
below.testing = [...below.tcp, "tcp"]
below.doctor = [...below.tcp, "tcp"]
below.cli = [...below.tcp, "tcp", "http", "doctor"]

/**
 * Parts that may import `ffi`. All others reach the kernel through `kernel`, but the doctor asks questions
 * that no socket asks.
 */
const aboveFfi = ["kernel", "doctor"]

const arrows = Object.entries(below).map(([part, allowed]) => ({
  name: `arrows-of-${part}`,
  comment: `src/${part} may import ${allowed.join(", ") || "nothing"}`,
  severity: "error",
  from: { path: `^src/${part}/` },
  to: {
    path: "^(src|ffi|test|bench|lab|demo|tools)/",
    pathNot: [
      `^src/${part}/`,
      ...allowed.map((name) => `^src/${name}/`),
      ...(aboveFfi.includes(part) ? ["^ffi/"] : []),
    ],
  },
}))

/** Files whose tests need no permission, because they import nothing that needs one. */
const pure = [
  "src/argument/[^/]+",
  "src/memory/(guard|held_lease|slab)",
  "src/zerocopy/(calibration|ids|range)",
  "src/pieces/(copy_reason|holds)",
  "ffi/abi/errqueue",
]

module.exports = {
  forbidden: [
    {
      name: "no-circle",
      severity: "error",
      from: { path: "^(src|ffi)/" },
      to: { circular: true },
    },
    ...arrows,
    {
      name: "one-door",
      comment: "from outside a part only its mod.ts may be imported (or kernel/port.ts)",
      severity: "error",
      from: { path: "^src/([^/]+)/" },
      to: {
        path: "^src/[^/]+/",
        pathNot: ["^src/$1/", "^src/[^/]+/mod\\.ts$", "^src/kernel/port\\.ts$"],
      },
    },
    {
      name: "runtime-sockets-on-demand",
      comment: "Linux with libc never loads the kernel over node:net, apart from its heap memory",
      severity: "error",
      from: { path: "^(src|ffi)/", pathNot: "^src/kernel/node_net/" },
      to: { path: "^src/kernel/node_net/(?!heap_memory)", dynamic: false },
    },
    {
      name: "ffi-stands-alone",
      severity: "error",
      from: { path: "^ffi/" },
      to: { pathNot: ["^ffi/", "^(node:)?process$"] },
    },
    {
      name: "pure",
      comment: "holds, ids, ranges, slabs and checks import nothing outside their folder",
      severity: "error",
      from: { path: `^(${pure.join("|")})\\.ts$` },
      to: {
        pathNot: ["^src/argument/", "^src/memory/", "^src/zerocopy/", "^src/pieces/", "^ffi/abi/"],
      },
    },
    {
      name: "packages-of-the-product",
      comment:
        "effect, and what src/http needs, are the only packages that are installed with zerowire",
      severity: "error",
      from: { path: "^(src|ffi)/", pathNot: "^src/cli/" },
      to: { path: "node_modules", pathNot: "node_modules/(effect|mime|negotiator)/" },
    },
    {
      name: "packages-of-the-command",
      severity: "error",
      from: { path: "^src/cli/" },
      to: { path: "node_modules", pathNot: "node_modules/(effect|commander)/" },
    },
    {
      name: "resolvable",
      severity: "error",
      from: { path: "^(src|ffi)/" },
      to: { couldNotResolve: true, pathNot: ["^bun:", "^@std/"] },
    },
  ],
  options: {
    parser: "swc",
    tsPreCompilationDeps: true,
    // Tests may import anything. Besides, the parser does not know `using`, and fails on it.
    exclude: { path: "_test\\.ts$" },
    doNotFollow: { path: "node_modules" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "default"] },
  },
}
