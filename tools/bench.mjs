/**
 * `npm run bench`: installs what is missing, then measures, with the arguments given.
 *
 * @module
 */
import { launch } from "./launch.mjs"

launch("bench/run.ts")
