/**
 * `npm run calibrate`: installs what is missing, then measures from which size on zero-copy pays here.
 *
 * @module
 */
import { launch } from "./launch.mjs"

launch("bench/calibrate.ts")
