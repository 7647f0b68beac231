/**
 * `npm start`: installs what is missing, then runs the main job in Bun with the arguments given.
 *
 * @module
 */
import { launch } from "./launch.mjs"

launch("demo/start.ts")
