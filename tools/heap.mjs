/**
 * `npm run heap`: installs what is missing, then tells what is allocated on the JavaScript heap for each
 * chunk.
 *
 * @module
 */
import { launch } from "./launch.mjs"

launch("test/heap/start.ts")
