/**
 * `npm run mutants`: installs what is missing, then sees the tests catch deliberate faults.
 *
 * @module
 */
import { launch } from "./launch.mjs"

launch("test/mutants/run.ts")
