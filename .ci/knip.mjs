/**
 * What `knip` has to know to find what nothing uses: https://knip.dev/reference/configuration
 *
 * @module
 */
import { scripts } from "../tools/scripts.mjs"

export default {
  entry: [
    // What can be imported, and what somebody runs by hand or the runtimes by themselves.
    "src/*.ts",
    ...Object.values(scripts).map(({ program }) => program),
    "**/*_test.ts",
    "examples/*.ts",
    "test/types/*.ts",
    // What is started by its path: as a process, a worker or a module to preload.
    ...["**/*_{child,main}.ts", "test/**/{child,main,worker}.ts", "bench/rivals/*.{ts,mjs}"],
    ...["bench/smoke.ts", "test/package/consumer.ts", "tools/gate/deno_leaks.ts"],
    ".ci/arrows.cjs",
  ],
  project: ["**/*.{ts,mjs,cjs}", ".ci/*"],
  // These are called by their paths in node_modules; dependency-cruiser parses with swc.
  ignoreDependencies: ["@swc/core", "bun", "deno", "dependency-cruiser"],
  // Commands of the system.
  ignoreBinaries: [".*"],
}
