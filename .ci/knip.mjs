/**
 * What `knip` has to know to find what nothing uses: https://knip.dev/reference/configuration
 *
 * @module
 */
import { scripts } from "../tools/scripts.mjs"

const programs = Object.values(scripts).map(({ program }) => program)
const inBench = /^bench\//

export default {
  workspaces: {
    ".": {
      entry: [
        // What can be imported, and what somebody runs by hand or the runtimes by themselves.
        ...["src/*.ts", "**/*_test.ts", "examples/*.ts", "test/types/*.ts"],
        ...programs.filter((path) => !inBench.test(path)),
        // What is started by its path: as a process, a worker or a module to preload.
        ...["**/*_{child,main}.ts", "test/**/{child,main,worker}.ts"],
        ...["test/package/consumer.ts", "tools/gate/deno_leaks.ts", ".ci/arrows.cjs"],
      ],
      project: ["**/*.{ts,mjs,cjs}", ".ci/*"],
      // These are called by their paths in node_modules; dependency-cruiser parses with swc.
      ignoreDependencies: [
        ...["@arethetypeswrong/cli", "@swc/core", "bun", "deno", "dependency-cruiser", "publint"],
      ],
      // Commands of the system.
      ignoreBinaries: [".*"],
    },
    bench: {
      entry: [
        ...programs.filter((path) => inBench.test(path)).map((path) => path.replace(inBench, "")),
        "**/*_test.ts",
        "rivals/*.{ts,mjs}",
        "smoke.ts",
      ],
      project: "**/*.{ts,mjs}",
      // Its style is read, not imported.
      ignoreDependencies: ["simpledotcss"],
    },
    "tools/reference": { project: "*.mjs" },
  },
}
