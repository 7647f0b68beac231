/**
 * Tells `knip` where the project starts, so that it finds code that nothing uses:
 * https://knip.dev/reference/configuration
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
        // Files that users import, that somebody runs by hand, or that the runtimes find themselves.
        ...["src/*.ts", "**/*_test.ts", "examples/*.ts", "deploy/*.ts", "test/types/*.ts"],
        ...programs.filter((path) => !inBench.test(path)),
        // Files that are started by their paths: as a process, a Worker or a preloaded module.
        ...["**/*_{child,main}.ts", "test/**/{child,main,worker}.ts"],
        ...["test/package/*.ts", "tools/gate/deno_leaks.ts", ".ci/arrows.cjs"],
        "test/http_fuzz/*.mjs",
      ],
      project: ["**/*.{ts,mjs,cjs}", ".ci/*"],
      // These are called by their paths in node_modules; dependency-cruiser parses with swc.
      ignoreDependencies: [
        ...["@arethetypeswrong/cli", "@swc/core", "bun", "deno", "dependency-cruiser", "publint"],
      ],
      // Commands of the system, not of packages.
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
      // The page reads its style sheet as a file.
      ignoreDependencies: ["simpledotcss"],
    },
    "tools/reference": { project: "*.mjs" },
  },
}
